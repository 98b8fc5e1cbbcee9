/** What does IndexedDB cost over the same storage work in SQL, and what does our engine layer alone? */
import type { Goal, Implementation, Row } from '../warm/cases.ts'
import { join } from 'node:path'
import { encodeNumberKey } from '../../../../src/keys/number-key.ts'
import type { Storage, StorageTransaction } from '../../../../src/storage/storage.ts'
import { nodeFs } from '../../../../vfs/node.ts'
import { directoryOn, openWithStore } from '../../../kit/test-directory.ts'
import { completionOf, expectSame, openDatabase, putAll, resultOf } from '../warm/idb.ts'
import { type Places, loadImplementations } from '../warm/implementations.ts'
import { type Contender, compare, timed } from '../warm/measure.ts'
import type { Ask } from '../question.ts'
import { recordOf, recordsOf, scatteredIds } from '../report/records.ts'
import { type SqlDriver, type SqlDatabase, loadSqlDrivers } from '../warm/sql-drivers.ts'

const count = 10_000
const transactionCount = 1000
const mostPendingBytes = 32 * 1024 * 1024
/** About what a record takes once serialized. */
const value = new Uint8Array(80).fill(7)
const keys = Array.from({ length: count }, (_, id) => encodeNumberKey(id))
const ids = scatteredIds(count)

/** The same four pieces of work for each contender; all but `insert` find what `insert` has stored. */
interface Worker {
  readonly name: string
  insert(): Promise<void> | void
  get(): Promise<number> | number
  scan(): Promise<number> | number
  /** One record each, relaxed; `round` makes the keys new. */
  transactions(round: number): Promise<void> | void
  clear(): Promise<void> | void
  close(): Promise<void> | void
}

export const ask: Ask = async (places, { filter, rounds }) => {
  const { available, missing } = await loadSqlDrivers(places)
  const [baseline] = available
  if (!baseline) return { rows: [], missing: Object.fromEntries(missing) }
  const implementations = (await loadImplementations(places)).available
  const disk = implementations.find(({ name }) => name === 'disk')
  if (!disk) throw new Error('This package on disk does not work')
  const workers = [
    await engineWorker(places),
    await indexedDBWorker(disk),
    ...available.map((driver) => sqlWorker(driver, places)),
  ]
  const rows: Row[] = []
  for (const it of pieces.filter(({ name }) => name.includes(filter))) {
    const effort = { warmUps: 4, rounds: rounds ?? 9 }
    const contenders = workers.map((worker) => contenderOf(worker, it))
    const measurements = await compare(contenders, effort, baseline.name)
    const { name, goals } = it
    rows.push({ name, count: it.count, measurements, baseline: baseline.name, goals })
  }
  for (const worker of workers) await worker.close()
  for (const implementation of implementations) await implementation.close()
  return { rows, missing: Object.fromEntries(missing) }
}

interface Piece {
  readonly name: string
  readonly count: number
  readonly goals: readonly Goal[]
  prepare(worker: Worker): Promise<void>
  run(worker: Worker, round: number): unknown
  readonly expected: unknown
}

const goalsOf = (engine: number): Goal[] => [
  { contender: 'engine', ratio: engine, node20: engine },
  { contender: 'IndexedDB', ratio: 3, node20: 3 },
]

const refill = async (worker: Worker) => {
  await worker.clear()
  await worker.insert()
}

const pieces: readonly Piece[] = [
  {
    name: 'SQL: insert 10,000',
    count,
    goals: goalsOf(1),
    prepare: async (worker) => worker.clear(),
    run: (worker) => worker.insert(),
    expected: undefined,
  },
  {
    name: 'SQL: get 10,000',
    count,
    goals: goalsOf(0.9),
    prepare: refill,
    run: (worker) => worker.get(),
    expected: count,
  },
  {
    name: 'SQL: scan 10,000',
    count,
    goals: goalsOf(0.5),
    prepare: refill,
    run: (worker) => worker.scan(),
    expected: count,
  },
  {
    name: 'SQL: 1,000 relaxed transactions',
    count: transactionCount,
    goals: goalsOf(0.7),
    prepare: async () => {},
    run: (worker, round) => worker.transactions(round + 1),
    expected: undefined,
  },
]

function contenderOf(worker: Worker, piece: Piece): Contender {
  return {
    name: worker.name,
    async round(round) {
      await piece.prepare(worker)
      let result: unknown
      const ms = await timed(async () => {
        result = await piece.run(worker, round)
      })
      expectSame(result, piece.expected, `${piece.name} by ${worker.name}`)
      return ms
    },
  }
}

async function engineWorker({ scratch }: Places): Promise<Worker> {
  const directory = directoryOn(nodeFs(), join(scratch, 'engine'))
  const database = await openWithStore(directory)
  return {
    name: 'engine',
    insert: () => inTransaction(database, (it) => keys.forEach((key) => putInto(it, key))),
    get() {
      let found = 0
      for (const id of ids) scanOf(database, keys[id], 1, () => found++)
      return found
    },
    scan() {
      let found = 0
      scanOf(database, null, Infinity, () => found++)
      return found
    },
    transactions(round) {
      for (let i = 0; i < transactionCount; i++) {
        const key = encodeNumberKey(round * count + i)
        inTransaction(database, (it) => putInto(it, key))
      }
    },
    clear: () => inTransaction(database, (it) => it.clear(1)),
    close: () => database.close(),
  }
}

function putInto(transaction: StorageTransaction, key: Uint8Array): void {
  transaction.put({ storeId: 1, key, value, indexKeys: null, overwrite: true })
}

function inTransaction(database: Storage, work: (transaction: StorageTransaction) => void): void {
  const transaction = database.begin()
  work(transaction)
  transaction.commit()
  // As the host does.
  if (database.care.pendingBytes() > mostPendingBytes) database.care.housekeep()
}

function scanOf(
  database: Storage,
  key: Uint8Array | null | undefined,
  limit: number,
  receive: () => void,
): void {
  const range = key
    ? { lower: key, upper: null }
    : { lower: Uint8Array.of(0), upper: Uint8Array.of(255) }
  const none = { after: null, inclusive: false, skip: 0, limitBytes: Infinity }
  const scan = {
    storeId: 1,
    indexId: 0,
    range,
    direction: 'next',
    limit,
    withValues: true,
  } as const
  database.scan({ ...scan, ...none }, receive)
}

async function indexedDBWorker({ factory }: Implementation): Promise<Worker> {
  const database = await openDatabase(factory, 'sql', (db) => {
    db.createObjectStore('records', { keyPath: 'id' })
  })
  const records = recordsOf(count)
  const store = () => database.transaction('records').objectStore('records')
  return {
    name: 'IndexedDB',
    insert: () => putAll(database, 'records', records),
    async get() {
      const source = store()
      const found = await Promise.all(ids.map((id) => resultOf(source.get(id))))
      return found.filter(({ name }) => name !== '').length
    },
    scan: async () => (await resultOf(store().getAll())).length,
    async transactions(round) {
      for (let i = 0; i < transactionCount; i++) {
        const transaction = database.transaction('records', 'readwrite')
        transaction.objectStore('records').put(recordOf(round * count + i))
        await completionOf(transaction)
      }
    },
    async clear() {
      const transaction = database.transaction('records', 'readwrite')
      transaction.objectStore('records').clear()
      await completionOf(transaction)
    },
    close: () => database.close(),
  }
}

function sqlWorker(driver: SqlDriver, { scratch }: Places): Worker {
  const database = driver.open(join(scratch, `${driver.name.replace(':', '-')}.sqlite`))
  createTable(database)
  const [begin, commit] = ['BEGIN', 'COMMIT'].map((sql) => database.prepare(sql))
  if (!begin || !commit) throw new Error('unreachable: two were prepared')
  const put = database.prepare('REPLACE INTO records (store_id, key, value) VALUES (1, ?, ?)')
  const get = database.prepare('SELECT key, value FROM records WHERE store_id = 1 AND key = ?')
  const scan = database.prepare('SELECT key, value FROM records WHERE store_id = 1 ORDER BY key')
  const within = (work: () => void): void => {
    begin.run()
    work()
    commit.run()
  }
  return {
    name: driver.name,
    insert: () => within(() => keys.forEach((key) => put.run(key, value))),
    get() {
      let found = 0
      within(() => {
        for (const id of ids) if (get.get(keys[id] ?? value)) found++
      })
      return found
    },
    scan: () => scan.all().length,
    transactions(round) {
      for (let i = 0; i < transactionCount; i++) {
        const key = encodeNumberKey(round * count + i)
        within(() => put.run(key, value))
      }
    },
    clear: () => database.exec('DELETE FROM records'),
    close: () => database.close(),
  }
}

function createTable(database: SqlDatabase): void {
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = NORMAL')
  database.exec('PRAGMA cache_size = -65536')
  database.exec(
    `CREATE TABLE records (store_id INTEGER NOT NULL, key BLOB NOT NULL, large_id INTEGER, index_keys BLOB,
      value BLOB, PRIMARY KEY (store_id, key)) WITHOUT ROWID`,
  )
}
