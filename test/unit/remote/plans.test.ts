/** How much the server reads for what it is asked: plans that it has made for empty tables serve full ones as well. */
import { expect, test } from 'vitest'
import { close, IDBKeyRange } from '../../../src/index.ts'
import { askServer } from '../../kit/ask-server.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf, walk } from '../../kit/promises.ts'

/** How many records a store has, and how many operations are asked together: so few that a statement which reads the whole store shows. */
const count = 600
const together = 6

/** What is done with the stores, whose keys are the numbers from 0. */
type Work = (stores: Stores) => Promise<void>
interface Stores {
  readonly plain: IDBObjectStore
  /** Its index is unique. */
  readonly unique: IDBObjectStore
}

async function inBatches(operation: (i: number) => IDBRequest): Promise<void> {
  for (let i = 0; i < count; i += together) {
    const requests = Array.from({ length: together }, (_, at) => resultOf(operation(i + at)))
    await Promise.all(requests)
  }
}

const recordOf = (i: number): object => ({ by: i % 200, text: `text ${i}` })
const uniqueOf = (i: number): object => ({ by: i })
const two = (i: number): IDBKeyRange => IDBKeyRange.bound(i, i + 1)
const none = (): void => {}

const puts: Work = async ({ plain, unique }) => {
  await inBatches((i) => plain.put(recordOf(i + 1), i))
  for (let i = 0; i < count; i += together) await resultOf(plain.put(recordOf(i), i))
  await inBatches((i) => plain.add(recordOf(i), count + i))
  await inBatches((i) => unique.put(uniqueOf(i + count), i))
}

const readsOfStore: Work = async ({ plain }) => {
  await inBatches((i) => plain.get(i))
  await inBatches((i) => plain.getAll(two(i)))
  await inBatches((i) => plain.getAllKeys(IDBKeyRange.lowerBound(i), 2))
  await inBatches((i) => plain.count(two(i)))
  await walk(plain.openCursor(), none)
  await walk(plain.openCursor(null, 'prev'), none)
}

const readsOfIndex: Work = async ({ plain, unique }) => {
  await inBatches((i) => unique.index('by').get(i))
  await inBatches((i) => unique.index('by').getKey(i))
  await inBatches((i) => unique.index('by').getAll(two(i)))
  await inBatches((i) => unique.index('by').getAllKeys(IDBKeyRange.lowerBound(i), 2))
  await inBatches((i) => unique.index('by').count(two(i)))
  await walk(plain.index('by').openCursor(), none)
  await walk(plain.index('by').openCursor(null, 'prev'), none)
  await walk(plain.index('by').openCursor(null, 'nextunique'), none)
}

const removals: Work = async ({ plain, unique }) => {
  await inBatches((i) => plain.delete(i))
  await inBatches((i) => unique.delete(two(i)))
}

onServer('a server that takes its tables for empty', (scene) => {
  type Ask = (text: string) => Promise<unknown>

  /** What the server knows of the tables when it makes its plans: what it is told to do before. */
  const states: Readonly<Record<string, (ask: Ask, schema: string) => Promise<unknown>>> = {
    'new tables': async () => {},
    'tables that were analyzed while empty': (ask) => ask('ANALYZE'),
    'one large store and a small one': async (ask, schema) => {
      const rows = `FROM generate_series(1, 20000) i`
      await ask(
        `INSERT INTO ${schema}.records SELECT 99, 1 + (i > 19990)::int, int4send(i), '' ${rows}`,
      )
      await ask(
        `INSERT INTO ${schema}.entries SELECT 99, 1 + (i > 19990)::int, 1 + (i > 19990)::int, int4send(i), int4send(i) ${rows}`,
      )
      await ask('VACUUM ANALYZE')
    },
    'as many databases as records': async (ask, schema) => {
      const rows = `FROM generate_series(1, 20000) i`
      await ask(`INSERT INTO ${schema}.records SELECT 99 + i, 1, int4send(i), '' ${rows}`)
      await ask(
        `INSERT INTO ${schema}.entries SELECT 99 + i, 1, 1, int4send(i), int4send(i) ${rows}`,
      )
      await ask('VACUUM ANALYZE')
    },
  }

  /**
   * How many entries of indexes have been read; the connection of the test must be closed. What it read is counted for certain when
   * its process on the server has ended, which a pooler would keep.
   */
  const readsOf = async (schema: string): Promise<number> => {
    const text = `SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = '${schema}' AND relname IN ('records', 'chunks', 'entries')`
    const others = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'idb-everywhere' AND pid <> pg_backend_pid()`
    while ((await askServer(scene.connectionString(), others)).length > 0) continue
    const [row] = await askServer(scene.connectionString(), text)
    return Number(row?.[0])
  }

  /** How many are read from the opening to the end, where the records are stored with plans made for what there was. */
  async function readsWith(
    state: (ask: Ask, schema: string) => Promise<unknown>,
    work: Work,
  ): Promise<number> {
    const schema = await scene.schema()
    await state((text) => askServer(scene.connectionString(), text), `"${schema}"`)
    // On a busy machine its transactions are long, which is warned of.
    const factory = await scene.factory({ connections: 1 }, () => {})
    const database = await openDatabase(factory, (it) => {
      it.createObjectStore('plain').createIndex('by', 'by')
      it.createObjectStore('unique').createIndex('by', 'by', { unique: true })
    })
    const within = async (task: Work): Promise<void> => {
      const transaction = database.transaction(['plain', 'unique'], 'readwrite')
      const [plain, unique] = ['plain', 'unique'].map((name) => transaction.objectStore(name))
      if (!plain || !unique) throw new Error('unreachable')
      const over = completion(transaction)
      await task({ plain, unique })
      await over
    }
    await within(work)
    await within(async ({ plain, unique }) => {
      plain.clear()
      unique.clear()
    })
    await within(({ plain }) => inBatches((i) => plain.put(recordOf(i), i)))
    await within(({ unique }) => inBatches((i) => unique.put(uniqueOf(i), i)))
    await within(work)
    await close(factory)
    return readsOf(schema)
  }

  const works = {
    puts,
    'reads of a store': readsOfStore,
    'reads of an index': readsOfIndex,
    removals,
  }

  const all = Object.entries(states).flatMap(([of, state]) =>
    Object.entries(works).map(([title, work]) => ({ of, title, state, work })),
  )
  test.each(all)('$title with $of read no more than they need', async ({ state, work }) => {
    // The least that reads all of a store for each batch reads 100 times 600.
    expect(await readsWith(state, work)).toBeLessThan(20_000)
  })
})
