/** A fail-over without Patroni: the primary is killed, and its standby takes writes. */
import { setTimeout as pause } from 'node:timers/promises'
import { close } from '../../../src/index.ts'
import { newSchema, remoteFactory } from '../../kit/postgres-schema.ts'
import { startPostgres } from '../../kit/postgres-server.ts'
import { resultOf } from '../../kit/promises.ts'
import { makeLoadDatabase } from './load.ts'
import { countsOf, judge, type LoadCounts, LoadProcess } from './processes.ts'

export interface PromotionCounts extends LoadCounts {
  readonly wrong: readonly string[]
}

/** Two processes write before, while, and after another server takes the place of the first. */
export async function promoteStandby({
  seed,
  childPath,
}: {
  readonly seed: number
  readonly childPath: string
}): Promise<PromotionCounts> {
  const primary = await startPostgres()
  const schema = await newSchema(primary.connectionString)
  await makeLoadDatabase(primary.connectionString, schema)
  const standby = await primary.addStandby()
  const connectionString = [primary.connectionString, standby.connectionString]
  const order = { connectionString, schema, writers: 3, pauseMs: 0, looksForOverlaps: false }
  const children = [0, 1].map(
    (i) => new LoadProcess(childPath, { ...order, name: `p${i}`, seed: seed + i }),
  )
  const committed = async (): Promise<number> =>
    countsOf(await Promise.all(children.map((it) => it.report()))).committed
  while ((await committed()) < 50) await pause(50)
  await primary.kill()
  await standby.promote()
  const before = await committed()
  while ((await committed()) < before + 50) await pause(50)
  const reports = await Promise.all(children.map((it) => it.stop()))
  const factory = remoteFactory({ connectionString, schema }, () => {})
  const wrong = await judge(await resultOf(factory.open('shared')), reports)
  await close(factory)
  await Promise.all([standby.stop(), primary.stop()])
  return { ...countsOf(reports), wrong }
}
