/** What does a database cost in a shared directory, and on a PostgreSQL server, on the same machine and farther away? */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type PostgresServer, startPostgres, whyNoServer } from '../../../kit/postgres-server.ts'
import type { Ask, AskOptions } from '../question.ts'
import { latencyTable } from '../remote/latency.ts'
import { pgbenchContender, pgbenchName, pgbenchPath, type PgbenchPlace } from '../remote/pgbench.ts'
import { recordOf } from '../report/records.ts'
import { type Case, contendersOf, type Implementation, type Row, runCases } from '../warm/cases.ts'
import { completionOf, expectSame, putAll, resultOf } from '../warm/idb.ts'
import { loadBuild, type Places } from '../warm/implementations.ts'
import { compare } from '../warm/measure.ts'
import { startOwner } from '../warm/owner.ts'
import { cases as cursorCases } from './cursor.ts'
import { cases as putCases } from './put.ts'
import { cases as readCases } from './read.ts'
import { cases as transactionCases } from './transactions.ts'

const here = 'in process'
const shared = 'shared directory'
const remote = 'PostgreSQL'
const effort = { warmUps: 3, rounds: 9, gapRounds: 0 }
const strictCount = 200

/** Of the other questions' cases, with how much more they may take on a server; null: as much as they take. */
const goals: Readonly<Record<string, number | null>> = {
  'put 10,000': 2,
  'put 10,000 with a success listener on each': 2,
  'put 10,000 with three indexes': null,
  'get 10,000': 2,
  'index.get 10,000': null,
  'getAll of 10,000': 2,
  'cursor over 10,000': 2,
  'cursor over an index of 10,000': null,
  'cursor over 1,000 with update': null,
  '1,000 one-put transactions, queued': null,
  '1,000 one-get transactions, awaited': null,
}

const alsoAsked = [...putCases, ...readCases, ...cursorCases, ...transactionCases]
  .filter(({ name }) => name in goals)
  .map((it) => ({ ...it, effort }))

const placings: Readonly<Record<string, (request: IDBRequest) => void>> = {
  'one-put transaction': () => {},
  'one-put transaction with a listener': (request) => (request.onsuccess = () => {}),
  'one-put transaction with commit()': ({ transaction }) => transaction?.commit(),
}

/** Strict transactions of one put, one after the other. */
const onePuts = (count: number): Case[] =>
  Object.entries(placings).map(([name, placed]) => ({
    name: `strict ${name}`,
    count,
    effort,
    upgrade: (database) => void database.createObjectStore('records', { keyPath: 'id' }),
    async run({ database, round }) {
      for (let i = 0; i < count; i++) {
        const transaction = database.transaction('records', 'readwrite', { durability: 'strict' })
        placed(transaction.objectStore('records').put(recordOf(round * count + i)))
        await completionOf(transaction)
      }
    },
    check: () => {},
  }))

const oneGet: Case = {
  name: 'one-get transaction',
  count: 1,
  upgrade: (database) => void database.createObjectStore('records', { keyPath: 'id' }),
  fill: (database) => putAll(database, 'records', [recordOf(0)]),
  run: ({ database }) => resultOf(database.transaction('records').objectStore('records').get(0)),
  check: (_, record) => expectSame((record as { id: number }).id, 0, 'id'),
}

/** What is measured far from the server: not what takes a thousand round trips. */
const far = [...alsoAsked.filter(({ name }) => !name.includes('1,000')), ...onePuts(1), oneGet]

export const ask: Ask = async (places, options) => {
  const reason = whyNoServer()
  if (reason !== null) return { rows: [], missing: { [remote]: reason } }
  const server = await startPostgres()
  try {
    const rows = await rowsOf(server, places, options)
    const wanted = far.filter(({ name }) => name.includes(options.filter))
    const notes = await latencyTable(wanted, server.connectionString, (connectionString) =>
      loadRemote(places, { connectionString, schema: 'far' }),
    )
    const why = pgbenchPath() === null ? { pgbench: 'Its package is not installed' } : {}
    return { rows, missing: why, notes }
  } finally {
    await server.stop()
  }
}

async function rowsOf(
  { connectionString }: PostgresServer,
  places: Places,
  options: AskOptions,
): Promise<Row[]> {
  const tables = { connectionString, schema: 'near' }
  const onServer = await loadRemote(places, tables)
  const disk = { medium: 'disk', path: join(places.scratch, 'here') } as const
  const onDisk = { name: here, ...(await loadBuild(join(places.projectRoot, 'dist'), disk)) }
  const sharing = await shareWithOwner(places)
  const implementations = [onDisk, sharing.implementation, onServer]
  const goalsOf = ({ name }: Case) => {
    const ratio = goals[name]
    return ratio ? [{ contender: remote, ratio, node20: ratio }] : []
  }
  const rows = await runCases(alsoAsked, { implementations, baseline: here, goalsOf }, options)
  const path = pgbenchPath()
  for (const it of onePuts(strictCount)) {
    if (path === null || !it.name.includes(options.filter)) continue
    rows.push(await besidePgbench(it, onServer, { path, scratch: places.scratch, ...tables }))
  }
  for (const { close } of implementations) await close()
  sharing.disconnect()
  return rows
}

/** A directory that another process owns. */
async function shareWithOwner({ projectRoot, scratch }: Places) {
  const [dist, path] = [join(projectRoot, 'dist'), join(scratch, 'shared')]
  const owner = await startOwner([dist, path, join(scratch, 'e')])
  const loaded = await loadBuild(dist, { medium: 'disk', path })
  const disconnect = () => owner.disconnect()
  return { implementation: { name: shared, ...loaded }, disconnect }
}

/** A case beside the same statements in PostgreSQL's own benchmark. */
async function besidePgbench(
  it: Case,
  onServer: Implementation,
  place: Omit<PgbenchPlace, 'database'> & { readonly path: string },
): Promise<Row> {
  const { contenders, end } = await contendersOf(it, [onServer])
  const database = Buffer.from(it.name, 'utf16le').swap16().toString('hex')
  const pgbench = await pgbenchContender(place.path, { ...place, database }, it.count)
  const measurements = await compare([...contenders, pgbench], effort, pgbenchName)
  end()
  const goal = { contender: remote, ratio: 1.2, node20: 1.2 }
  return { name: it.name, count: it.count, measurements, baseline: pgbenchName, goals: [goal] }
}

/** The package on a server, its tables made. */
async function loadRemote(
  { projectRoot }: Places,
  tables: { readonly connectionString: string; readonly schema: string },
): Promise<Implementation> {
  const fileOf = (name: string) => pathToFileURL(join(projectRoot, 'dist', name)).href
  const ours = (await import(fileOf('index.js'))) as typeof import('../../../../src/index.ts')
  const entry = (await import(
    fileOf('postgres.js')
  )) as typeof import('../../../../src/remote/entry.ts')
  await entry.installPostgres(tables)
  const factory = ours.createIndexedDB({ host: entry.postgres(tables), onWarning: () => {} })
  return { name: remote, factory, keyRange: ours.IDBKeyRange, close: () => ours.close(factory) }
}
