/** Several processes on the same object stores, while connections to the server are cut and the server crashes. */
import { setTimeout as pause } from 'node:timers/promises'
import { close } from '../../../src/index.ts'
import { askServer } from '../../kit/ask-server.ts'
import { newSchema, remoteFactory } from '../../kit/postgres-schema.ts'
import type { PostgresServer } from '../../kit/postgres-server.ts'
import { resultOf } from '../../kit/promises.ts'
import { makeLoadDatabase } from './load.ts'
import { countsOf, judge, type LoadCounts, LoadProcess } from './processes.ts'

export interface ContentionOptions {
  readonly processes: number
  readonly writers: number
  readonly seconds: number
  /** How often connections are cut, or the server crashes; 0: never. */
  readonly cuts: number
  readonly seed: number
  readonly childPath: string
  /** Leads to the server by way of a pooler; undefined: there is none. */
  readonly pooler?: string
}

/** What was seen. */
export interface ContentionCounts extends LoadCounts {
  readonly cuts: Readonly<Record<string, number>>
  /** As the server has counted them, which forgets them as it crashes. */
  readonly deadlocks: number
  /** What must not be. */
  readonly wrong: readonly string[]
}

/** Runs the processes; every token and counter is looked at afterwards. */
export async function contend(
  server: PostgresServer,
  { processes, writers, seconds, cuts, seed, childPath, pooler }: ContentionOptions,
): Promise<ContentionCounts> {
  const { connectionString } = server
  const schema = await newSchema(connectionString)
  await makeLoadDatabase(connectionString, schema)
  const before = await deadlocksAt(connectionString)
  const way =
    pooler === undefined
      ? { connectionString }
      : { connectionString: pooler, directConnectionString: connectionString }
  const order = { ...way, schema, writers, pauseMs: 0, looksForOverlaps: cuts === 0 }
  const children = Array.from(
    { length: processes },
    (_, i) => new LoadProcess(childPath, { ...order, name: `p${i}`, seed: seed + i }),
  )
  const done = await cutConnections(server, { cuts, seconds })
  const reports = await Promise.all(children.map((child) => child.stop()))
  const factory = remoteFactory({ connectionString, schema }, () => {})
  const wrong = await judge(await resultOf(factory.open('shared')), reports)
  await close(factory)
  const counts = countsOf(reports)
  const after = await deadlocksAt(connectionString)
  const deadlocks = (cuts > 0 ? 0 : after - before) + deadlocksIn(counts)
  if (deadlocks > 0) wrong.push(`${deadlocks} deadlocks`)
  return { ...counts, cuts: done, deadlocks, wrong }
}

async function deadlocksAt(connectionString: string): Promise<number> {
  const rows = await askServer(connectionString, 'SELECT sum(deadlocks) FROM pg_stat_database')
  return Number(rows[0]?.[0] ?? 0)
}

function deadlocksIn({ codes }: LoadCounts): number {
  return Object.entries(codes).reduce((sum, [code, n]) => sum + (code.includes('40P01') ? n : 0), 0)
}

type Cut = (server: PostgresServer) => Promise<unknown>

/** Which are chosen in turn. */
const kinds: Readonly<Record<string, Cut>> = {
  'connections ended': ({ connectionString }) =>
    askServer(connectionString, `SELECT pg_terminate_backend(pid) FROM (${busy} LIMIT 2) p`),
  'immediate restarts': (server) => server.crash(),
  'connections ended again': ({ connectionString }) =>
    askServer(connectionString, `SELECT pg_terminate_backend(pid) FROM (${busy} LIMIT 1) p`),
  'server processes killed': async ({ connectionString }) => {
    const [row] = await askServer(connectionString, `${busy} LIMIT 1`)
    if (row?.[0]) process.kill(Number(row[0]), 'SIGKILL')
  },
}

const busy =
  "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle' ORDER BY random()"

async function cutConnections(
  server: PostgresServer,
  { cuts, seconds }: { cuts: number; seconds: number },
): Promise<Record<string, number>> {
  const done: Record<string, number> = {}
  const names = Object.keys(kinds)
  for (let i = 0; i < cuts; i++) {
    await pause((seconds * 1_000) / (cuts + 1))
    const name = names[i % names.length] ?? ''
    // The server may still be starting after the cut before.
    await kinds[name]?.(server).catch(() => {})
    done[name] = (done[name] ?? 0) + 1
  }
  await pause((seconds * 1_000) / (cuts + 1))
  return done
}
