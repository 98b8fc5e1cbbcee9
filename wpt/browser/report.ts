/** Tables for people, out of what is recorded or was just found. */
import type { BrowserName } from '../../test/kit/browsers.ts'
import type { Expectations } from '../expectations.ts'
import { type Manifest, type RunKey, type Score, formatScore, recordedScores } from '../manifest.ts'
import { type ColumnName, columnNames } from './columns.ts'
import type { ScopeName } from './wrappers.ts'

/** Where a run in a browser is recorded: its browser and scope are the runtime, its column the VFS. */
export function keyOf(
  commit: string,
  { browser, scope, column }: { browser: BrowserName; scope: ScopeName; column: ColumnName },
): RunKey {
  return { commit, runtime: `${browser}-${scope}`, vfs: column }
}

/** A row per browser and scope, a column per implementation: subtests passed of all. */
export function totalsTable(manifest: Manifest, commit: string): string {
  const runtimes = manifest[commit] ?? {}
  const columns = columnNames.filter((it) => Object.values(runtimes).some((entry) => entry[it]))
  const rows = Object.entries(runtimes).map(([runtime, entries]) => [
    runtime,
    ...columns.map((it) => entries[it]?.subtests ?? ''),
  ])
  return table([`WPT ${commit}`, ...columns], rows)
}

/** The totals, then each page by browser and scope, then all that differs, with reasons. */
export function reportOf(manifest: Manifest, commit: string, expectations: Expectations): string {
  const runtimes = Object.keys(manifest[commit] ?? {})
  return [
    totalsTable(manifest, commit),
    ...runtimes.map((runtime) => pagesTable(manifest, commit, runtime)),
    differencesList(expectations),
  ].join('\n\n')
}

function pagesTable(manifest: Manifest, commit: string, runtime: string): string {
  const columns = columnNames.filter((it) => manifest[commit]?.[runtime]?.[it])
  const scores = columns.map((vfs) => recordedScores(manifest, { commit, runtime, vfs }))
  const pages = [...new Set(scores.flatMap((it) => [...it.keys()]))].sort()
  const rows = pages.map((page) => [page, ...scores.map((it) => cell(it.get(page)))])
  return table([runtime, ...columns], rows)
}

function cell(score: Score | undefined): string {
  return score ? formatScore(score) : ''
}

function differencesList({ notPassing, notRun }: Expectations): string {
  return [
    `Differences: what passes natively and not with this package`,
    ...notPassing.flatMap(({ file, subtests, runtimes, reason }) => [
      `- ${file}${runtimes ? ` (${runtimes.join(', ')})` : ''}: ${reason}`,
      ...subtests.map((it) => `  - ${it}`),
    ]),
    ...(notPassing.length === 0 ? ['- none'] : []),
    'Not run, natively neither',
    ...notRun.map(({ files, reason }) => `- ${files.join(', ')}: ${reason}`),
  ].join('\n')
}

/** In Markdown. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
