/** `manifest.yaml`: what passed, by WPT commit, runtime and VFS; written by the runner, committed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import type { PageResult, PageStatus } from './result.ts'

/** Where in the manifest a run belongs. */
export interface RunKey {
  readonly commit: string
  readonly runtime: string
  readonly vfs: string
}

/** Page name → `passed/all`, after the status and a space if that is not OK. */
type PageScores = Record<string, string>
interface Entry {
  subtests: string
  pages: PageScores
}
export type Manifest = Record<string, Record<string, Record<string, Entry>>>

export interface Score {
  readonly status: PageStatus
  readonly passed: number
  readonly total: number
}

/** Empty if there is no such file yet. */
export function readManifest(path: string): Manifest {
  if (!existsSync(path)) return {}
  // Only writeManifest() writes it.
  return (parse(readFileSync(path, 'utf8')) ?? {}) as Manifest
}

export function writeManifest(path: string, manifest: Manifest): void {
  const head =
    '# Written by the runner, by --update: WPT commit, runtime, VFS, page: subtests passed/all\n'
  writeFileSync(path, head + stringify(manifest, { lineWidth: 0, sortMapEntries: true }))
}

/** Page name → score of the run of the same key; empty if it was never recorded. */
export function recordedScores(manifest: Manifest, key: RunKey): Map<string, Score> {
  const pages = manifest[key.commit]?.[key.runtime]?.[key.vfs]?.pages ?? {}
  return new Map(Object.entries(pages).map(([page, text]) => [page, parseScore(text)]))
}

/** Page name → subtests, as a run of the same commit and runtime reported them, whatever its VFS. */
export function knownTotals(manifest: Manifest, { commit, runtime }: RunKey): Map<string, number> {
  const totals = new Map<string, number>()
  for (const vfs of Object.keys(manifest[commit]?.[runtime] ?? {})) {
    for (const [page, { total }] of recordedScores(manifest, { commit, runtime, vfs })) {
      totals.set(page, Math.max(total, totals.get(page) ?? 0))
    }
  }
  return totals
}

/** Records scores; those of pages not among them stay if `keepOthers`. */
export function recordScores(
  manifest: Manifest,
  key: RunKey,
  { scores, keepOthers }: { scores: ReadonlyMap<string, Score>; keepOthers: boolean },
): void {
  const all = new Map([...(keepOthers ? recordedScores(manifest, key) : []), ...scores])
  const runtimes = (manifest[key.commit] ??= {})
  const entries = (runtimes[key.runtime] ??= {})
  const { passed, total } = sumScores([...all.values()])
  const pages = Object.fromEntries([...all].map(([page, score]) => [page, formatScore(score)]))
  entries[key.vfs] = { subtests: `${passed}/${total}`, pages }
}

/** Of one page. Subtests that an earlier run knew and this one did not report count as not passed. */
export function scoreOf(result: PageResult, knownTotal = 0): Score {
  const passed = result.subtests.filter((it) => it.status === 'PASS').length
  return { status: result.status, passed, total: Math.max(result.subtests.length, knownTotal) }
}

export function isWorse(score: Score, recorded: Score): boolean {
  if (score.passed < recorded.passed || score.total < recorded.total) return true
  return score.status !== 'OK' && recorded.status === 'OK'
}

export function sumScores(scores: readonly Score[]): { passed: number; total: number } {
  const sum = (field: 'passed' | 'total') =>
    scores.reduce((before, score) => before + score[field], 0)
  return { passed: sum('passed'), total: sum('total') }
}

/** `12/12`, `TIMEOUT 3/12`. */
export function formatScore({ status, passed, total }: Score): string {
  return `${status === 'OK' ? '' : `${status} `}${passed}/${total}`
}

function parseScore(text: string): Score {
  const match = /^(?:(\w+) )?(\d+)\/(\d+)$/.exec(text)
  if (!match)
    throw new Error(`manifest.yaml has a score that is none: "${text}"; run with --update`)
  // formatScore() wrote it.
  const status = (match[1] ?? 'OK') as PageStatus
  return { status, passed: Number(match[2]), total: Number(match[3]) }
}
