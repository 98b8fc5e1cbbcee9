/** What is printed, and whether a run is good. */
import { type Expectations, type Verdict, judge } from './expectations.ts'
import { type RunKey, type Score, formatScore, isWorse, scoreOf, sumScores } from './manifest.ts'
import type { PageResult } from './result.ts'

/** A line for a page that did not pass whole; with `verbose`, also each message and stack. */
export function printPage(result: PageResult, { verbose }: { verbose: boolean }): void {
  const score = scoreOf(result)
  const isPerfect = score.status === 'OK' && score.passed === score.total
  if (isPerfect && !verbose) return
  console.log(
    `${isPerfect ? '✓' : '✗'} ${result.page}: ${formatScore(score)} (${result.elapsedMs} ms)`,
  )
  if (!verbose) return
  if (result.message) console.log(indent(result.message))
  for (const { name, status, message, stack } of result.subtests) {
    if (status === 'PASS') continue
    console.log(indent(`${status} ${name}\n${indent([message, stack].filter(Boolean).join('\n'))}`))
  }
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '  ')
}

export interface Review {
  readonly isGood: boolean
  readonly scores: ReadonlyMap<string, Score>
  /** Several lines, the counts last. */
  readonly text: string
}

/** What results are held against. */
export interface Standard {
  readonly key: RunKey
  readonly recorded: ReadonlyMap<string, Score>
  readonly knownTotals: ReadonlyMap<string, number>
  /** null: nothing is expected, as another implementation runs, of which no list says what it lacks. */
  readonly expectations: Expectations | null
}

/** Holds results against what is expected and what was recorded. */
export function reviewResults(
  results: readonly PageResult[],
  { key, recorded, knownTotals, expectations }: Standard,
): Review {
  const scores = new Map(results.map((it) => [it.page, scoreOf(it, knownTotals.get(it.page))]))
  const verdicts = expectations ? results.map((it) => judge(it, expectations, key)) : []
  const all = (field: keyof Verdict) => verdicts.flatMap((verdict) => verdict[field])
  const complaints = [
    ...list('Unexpected failures', all('unexpectedFailures')),
    ...list('Unexpected passes: take them out of expectations.yaml', all('unexpectedPasses')),
    ...list('Worse than recorded in manifest.yaml', worseThanRecorded(scores, recorded)),
  ]
  const text = [...complaints, countsLine(results, [...scores.values()], key)].join('\n')
  return { isGood: complaints.length === 0, scores, text }
}

/** A line for each page that scored better before. */
export function worseThanRecorded(
  scores: ReadonlyMap<string, Score>,
  recorded: ReadonlyMap<string, Score>,
): string[] {
  return [...scores].flatMap(([page, score]) => {
    const before = recorded.get(page)
    return before && isWorse(score, before)
      ? [`${page}: ${formatScore(score)}, was ${formatScore(before)}`]
      : []
  })
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : [`${title} (${lines.length}):`, ...lines.map((line) => `  ${line}`)]
}

function countsLine(results: readonly PageResult[], scores: readonly Score[], key: RunKey): string {
  const { passed, total } = sumScores(scores)
  const percent = ((100 * passed) / total).toFixed(1)
  const files = new Set(results.map((it) => it.file)).size
  const count = (status: string) => results.filter((it) => it.status === status).length
  const endings = `${files} files, ${count('CRASH')} crashes, ${count('TIMEOUT')} timeouts`
  return `WPT ${key.commit} ${key.runtime} ${key.vfs}: ${passed}/${total} subtests pass, ${percent} % (${endings})`
}
