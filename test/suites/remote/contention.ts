/** Several processes on the same object stores, while connections to the server are cut and the server crashes. */
import { fork } from 'node:child_process'
import { close, IDBKeyRange } from '../../../src/index.ts'
import { askServer } from '../../kit/ask-server.ts'
import { newSchema, remoteFactory } from '../../kit/postgres-schema.ts'
import type { PostgresServer } from '../../kit/postgres-server.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import type { ChildOrder, ChildReport } from './child-report.ts'

export interface ContentionOptions {
  readonly processes: number
  readonly seconds: number
  /** How often connections are cut, or the server crashes; 0: never. */
  readonly cuts: number
  readonly seed: number
  readonly childPath: string
}

/** What was seen. */
export interface ContentionCounts {
  committed: number
  aborted: number
  unknown: number
  reads: number
  cuts: number
  codes: Record<string, number>
  /** What must not be. */
  wrong: string[]
}

/** Runs the processes; every token and counter is looked at afterwards. */
export async function contend(
  server: PostgresServer,
  { processes, seconds, cuts, seed, childPath }: ContentionOptions,
): Promise<ContentionCounts> {
  const { connectionString } = server
  const schema = await newSchema(connectionString)
  const factory = remoteFactory({ connectionString, schema }, () => {})
  const made = await openDatabase(
    factory,
    (database) => {
      for (let i = 0; i < 6; i++) database.createObjectStore(`store ${i}`)
    },
    { name: 'shared' },
  )
  made.close()
  const children = Array.from({ length: processes }, (_, i) =>
    runChild(childPath, {
      connectionString,
      schema,
      name: `p${i}`,
      seed: seed + i,
      forMs: seconds * 1_000,
    }),
  )
  const cutting = cutConnections(server, { cuts, seconds })
  const reports = await Promise.all(children)
  const counts = gathered(reports, await cutting)
  counts.wrong.push(...(await judge(await resultOf(factory.open('shared')), reports)))
  await close(factory)
  return counts
}

function runChild(path: string, order: ChildOrder): Promise<ChildReport> {
  return new Promise((resolve, reject) => {
    const child = fork(path, [JSON.stringify(order)])
    child.once('message', (report) => resolve(report as ChildReport)) // It sends nothing else.
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new Error(`a process ended with ${code ?? signal}`)),
    )
  })
}

async function cutConnections(
  server: PostgresServer,
  { cuts, seconds }: { cuts: number; seconds: number },
): Promise<number> {
  for (let i = 0; i < cuts; i++) {
    await new Promise((resolve) => setTimeout(resolve, (seconds * 1_000) / (cuts + 1)))
    if (i % 3 === 2) await server.crash()
    else await cutOne(server.connectionString)
  }
  return cuts
}

const cutOne = (connectionString: string): Promise<unknown> =>
  askServer(
    connectionString,
    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle' ORDER BY random() LIMIT 2) p",
  )

function gathered(reports: readonly ChildReport[], cuts: number): ContentionCounts {
  const sum = (count: (report: ChildReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0)
  const codes: Record<string, number> = {}
  for (const report of reports) {
    for (const [code, count] of Object.entries(report.codes))
      codes[code] = (codes[code] ?? 0) + count
  }
  const torn = sum((report) => report.torn)
  return {
    committed: sum(({ committed }) => committed.length),
    aborted: sum(({ aborted }) => aborted.length),
    unknown: sum(({ unknown }) => unknown),
    reads: sum(({ reads }) => reads),
    cuts,
    codes,
    wrong: torn > 0 ? [`${torn} torn reads`] : [],
  }
}

/** Holds what is stored against what was told. */
async function judge(database: IDBDatabase, reports: readonly ChildReport[]): Promise<string[]> {
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
  const { committed, aborted } = told(reports)
  for (const token of committed) if (!found.has(token)) wrong.push(`${token} is lost`)
  for (const token of aborted) if (found.has(token)) wrong.push(`${token} was told to be aborted`)
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

function told(reports: readonly ChildReport[]): { committed: string[]; aborted: string[] } {
  return {
    committed: reports.flatMap(({ committed }) => committed),
    aborted: reports.flatMap(({ aborted }) => aborted),
  }
}
