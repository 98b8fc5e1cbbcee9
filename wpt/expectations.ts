/** `expectations.yaml`: what does not pass, or is not run, each with a reason, written by hand. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { PageResult, Subtest } from './result.ts'

export interface Expectations {
  /** Files that a process without documents cannot host. */
  readonly notRun: readonly { readonly files: readonly string[]; readonly reason: string }[]
  readonly notPassing: readonly NotPassing[]
}

interface NotPassing {
  readonly file: string
  readonly subtests: readonly string[]
  /** How the harness of a page of this file ends, if not well; absent: `OK`. */
  readonly status?: string
  /** Labels such as `node20`; absent: all. */
  readonly runtimes?: readonly string[]
  /** Labels such as `postgres-vfs`; absent: all. */
  readonly vfs?: readonly string[]
  /** Of upstream, eight digits; absent: all. */
  readonly commits?: readonly string[]
  readonly reason: string
}

/** @throws Error if an entry lacks a field, naming the entry */
export function readExpectations(path: string): Expectations {
  // Its shape is checked below.
  const { notRun = [], notPassing = [] } = (parse(readFileSync(path, 'utf8')) ??
    {}) as Partial<Expectations>
  for (const entry of notRun) demand(entry, Array.isArray(entry.files) && isReason(entry.reason))
  for (const entry of notPassing) {
    demand(entry, Boolean(entry.file) && Array.isArray(entry.subtests) && isReason(entry.reason))
  }
  return { notRun, notPassing }
}

function isReason(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0
}

function demand(entry: unknown, isComplete: boolean): void {
  if (!isComplete)
    throw new Error(`An entry of expectations.yaml lacks a field: ${JSON.stringify(entry)}`)
}

/** Null if the file is to be run. */
export function reasonNotRun({ notRun }: Expectations, file: string): string | null {
  return notRun.find((entry) => entry.files.includes(file))?.reason ?? null
}

export interface Verdict {
  /** `page: subtest`, or the page alone if its harness did not end well. */
  readonly unexpectedFailures: readonly string[]
  readonly unexpectedPasses: readonly string[]
}

/** Compares a page's result with what is expected of it in a runtime, on what holds the databases, and of a commit. */
export function judge(
  result: PageResult,
  expectations: Expectations,
  { commit, runtime, vfs: place }: { commit: string; runtime: string; vfs: string },
): Verdict {
  const entries = expectations.notPassing.filter(
    ({ file, runtimes = [runtime], vfs = [place], commits = [commit] }) =>
      file === result.file &&
      runtimes.includes(runtime) &&
      vfs.includes(place) &&
      commits.includes(commit),
  )
  const isExpectedEnd = result.status === 'OK' || entries.some((it) => it.status === result.status)
  const isExpected = ({ name }: Subtest) => entries.some((entry) => entry.subtests.includes(name))
  const failed = result.subtests.filter((it) => it.status !== 'PASS' && !isExpected(it))
  const passed = result.subtests.filter((it) => it.status === 'PASS' && isExpected(it))
  const name = (subtest: Subtest) => `${result.page}: ${subtest.name}`
  return {
    unexpectedFailures: [
      ...(isExpectedEnd ? [] : [`${result.page} (${result.status})`]),
      ...failed.map(name),
    ],
    unexpectedPasses: passed.map(name),
  }
}
