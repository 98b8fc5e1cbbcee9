/** Several processes under a load, and what they were told held against what is stored. */
import { type ChildProcess, fork } from 'node:child_process'
import { IDBKeyRange } from '../../../src/index.ts'
import { completion, resultOf } from '../../kit/promises.ts'
import type { ChildMessage, LoadOrder, LoadReport } from './child-report.ts'

/** Who can be asked how it stands. */
export interface Reporter {
  report(): Promise<LoadReport>
  /** Ends it, and says how it stands then. */
  stop(): Promise<LoadReport>
}

/** How long a process may take to end. */
const endMs = 150_000

/** A process under a load. */
export class LoadProcess implements Reporter {
  readonly child: ChildProcess
  /** Resolves once it hears what it is asked. */
  readonly #ready: Promise<unknown>

  constructor(path: string, order: LoadOrder) {
    this.child = fork(path, [JSON.stringify(order)])
    this.#ready = new Promise((resolve) => this.child.once('message', resolve))
  }

  report(): Promise<LoadReport> {
    return this.#ask('report')
  }

  stop(): Promise<LoadReport> {
    return this.#ask('stop')
  }

  async #ask(message: ChildMessage): Promise<LoadReport> {
    const { child } = this
    await this.#ready
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        reject(new Error('a process has not ended: it is stuck'))
      }, endMs)
      const gone = (code: number | null, signal: string | null): void =>
        reject(new Error(`a process ended with ${code ?? signal}`))
      child.once('exit', gone)
      child.once('message', (report) => {
        clearTimeout(timer)
        child.off('exit', gone)
        resolve(report as LoadReport) // It sends nothing else.
      })
      child.send(message)
    })
  }
}

/** What was told, in numbers. */
export interface LoadCounts {
  readonly committed: number
  readonly aborted: number
  readonly unknown: number
  readonly reads: number
  readonly torn: number
  readonly overlaps: number
  readonly stuck: number
  readonly codes: Readonly<Record<string, number>>
}

export function countsOf(reports: readonly LoadReport[]): LoadCounts {
  const sum = (count: (report: LoadReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0)
  const codes: Record<string, number> = {}
  for (const report of reports) {
    for (const [code, count] of Object.entries(report.codes)) {
      codes[code] = (codes[code] ?? 0) + count
    }
  }
  return {
    committed: sum(({ committed }) => committed.length),
    aborted: sum(({ aborted }) => aborted.length),
    unknown: sum(({ unknown }) => unknown),
    reads: sum(({ reads }) => reads),
    torn: sum(({ torn }) => torn),
    overlaps: sum(({ overlaps }) => overlaps),
    stuck: sum(({ stuck }) => stuck.length),
    codes,
  }
}

/** What is wrong, in words, once the reports were given: of tokens, and counters. */
export async function judge(
  database: IDBDatabase,
  reports: readonly LoadReport[],
): Promise<string[]> {
  const wrong: string[] = []
  /** Token → in how many stores it should be, and in how many it is. */
  const found = new Map<string, { readonly expected: number; count: number }>()
  const transaction = database.transaction([...database.objectStoreNames])
  for (const name of database.objectStoreNames) {
    const store = transaction.objectStore(name)
    const counter = ((await resultOf(store.get('a'))) as number | undefined) ?? 0
    const tokens = await tokensIn(store)
    if (counter !== tokens.length) wrong.push(`${name}: ${counter} counted, ${tokens.length} there`)
    for (const { token, scope } of tokens) {
      const known = found.get(token) ?? { expected: scope.length, count: 0 }
      known.count++
      found.set(token, known)
    }
  }
  await completion(transaction)
  for (const [token, { expected, count }] of found) {
    if (count !== expected) wrong.push(`${token} is in ${count} of ${expected} stores`)
  }
  for (const { committed, aborted, stuck } of reports) {
    for (const token of committed) if (!found.has(token)) wrong.push(`${token} is lost`)
    for (const token of aborted) if (found.has(token)) wrong.push(`${token} was told to be aborted`)
    for (const token of stuck) wrong.push(`${token} is stuck`)
  }
  const { torn, overlaps } = countsOf(reports)
  if (torn > 0) wrong.push(`${torn} torn reads`)
  if (overlaps > 0) wrong.push(`${overlaps} overlaps`)
  return wrong
}

async function tokensIn(store: IDBObjectStore): Promise<{ token: string; scope: string[] }[]> {
  const range = IDBKeyRange.bound(['token'], ['token', []])
  const [keys, scopes] = await Promise.all([
    resultOf(store.getAllKeys(range)),
    resultOf<string[][]>(store.getAll(range)),
  ])
  return keys.map((key, i) => ({ token: String((key as string[])[1]), scope: scopes[i] ?? [] }))
}
