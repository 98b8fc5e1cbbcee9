/** A process that stands still until the others take it for gone, while what it has open is upgraded. */
import { setTimeout as pause } from 'node:timers/promises'
import { close } from '../../../src/index.ts'
import { askServer } from '../../kit/ask-server.ts'
import { newSchema, remoteFactory } from '../../kit/postgres-schema.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'
import { makeLoadDatabase } from './load.ts'
import { countsOf, judge, LoadProcess } from './processes.ts'

export interface PausedCounts {
  /** How many of its transactions were stored once it had gone on. */
  readonly stored: number
  readonly codes: Readonly<Record<string, number>>
  readonly wrong: readonly string[]
}

/** Stops a process in the middle of its transactions, has another replace all object stores, and lets it go on. */
export async function pauseProcess(
  connectionString: string,
  { seed, childPath }: { readonly seed: number; readonly childPath: string },
): Promise<PausedCounts> {
  const schema = await newSchema(connectionString)
  await makeLoadDatabase(connectionString, schema)
  // One writer: of several that wait for each other, the server ends each only when it was its turn, and idle for as long as a lease.
  const order = { connectionString, schema, name: 'paused', seed, writers: 1 }
  const child = new LoadProcess(childPath, { ...order, pauseMs: 0, looksForOverlaps: false })
  while (countsOf([await child.report()]).committed < 20) await pause(50)
  child.child.kill('SIGSTOP')
  const factory = remoteFactory({ connectionString, schema }, () => {})
  const replace = (database: IDBDatabase): void => {
    for (const name of database.objectStoreNames) {
      database.deleteObjectStore(name)
      database.createObjectStore(name)
    }
  }
  const upgraded = await openDatabase(factory, replace, { name: 'shared', version: 2 })
  const before = await recordsIn(connectionString, schema)
  child.child.kill('SIGCONT')
  while ((await recordsIn(connectionString, schema)) === 0) await pause(50)
  const report = await child.stop()
  // What it was told before has gone with the object stores; what is there must have been told since.
  const wrong = (await judge(upgraded, [{ ...report, committed: [] }])).concat(
    before === 0 ? [] : [`${before} records came between the upgrade and its going on`],
    await straysIn(connectionString, schema),
  )
  const stored = await recordsIn(connectionString, schema)
  await close(factory)
  await resultOf(factory.deleteDatabase('shared'))
  await close(factory)
  return { stored, codes: report.codes, wrong }
}

async function recordsIn(connectionString: string, schema: string): Promise<number> {
  const [row] = await askServer(connectionString, `SELECT count(*) FROM "${schema}".records`)
  return Number(row?.[0])
}

/** Records of object stores that are no more. */
async function straysIn(connectionString: string, schema: string): Promise<string[]> {
  const s = `"${schema}"`
  const [row] = await askServer(
    connectionString,
    `SELECT count(*) FROM ${s}.records r WHERE NOT EXISTS (SELECT FROM ${s}.stores t WHERE (t.db, t.id) = (r.db, r.store))`,
  )
  return row?.[0] === '0' ? [] : [`${row?.[0]} records belong to no object store`]
}
