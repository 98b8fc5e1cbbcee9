/** Does one of many cost as much as one: stores, connections, databases, transactions, requests? In processor time. */
import type { Implementation, Row } from '../warm/cases.ts'
import { completionOf, expectSame, openDatabase, resultOf } from '../warm/idb.ts'
import { loadImplementations } from '../warm/implementations.ts'
import { type Contender, compare, timed, useProcessorTime } from '../warm/measure.ts'
import type { Ask } from '../question.ts'

/** What is measured for each number of pieces. */
interface Work {
  readonly name: string
  readonly sizes: readonly number[]
  /** Gives the milliseconds that this number of pieces takes. */
  run(disk: Implementation, size: number, name: string): Promise<number>
}

/** The table says what one piece costs, whatever their number. */
const piecesInTable = 1000

export const ask: Ask = async (places, { filter, rounds }) => {
  const wanted = works.filter(({ name }) => name.includes(filter))
  if (wanted.length === 0) return { rows: [], missing: {} }
  useProcessorTime()
  const { available } = await loadImplementations(places, ['disk'])
  const [disk] = available
  if (!disk) throw new Error('This package on disk does not work')
  const rows: Row[] = []
  for (const work of wanted) rows.push(await rowOf(work, disk, rounds ?? 5))
  await disk.close()
  return { rows, missing: {} }
}

async function rowOf({ name, sizes, run }: Work, disk: Implementation, rounds: number) {
  const contenders: Contender[] = sizes.map((size) => ({
    name: labelOf(size),
    async round(round) {
      const ms = await run(disk, size, `${name} ${size} ${round}`)
      return (ms / size) * piecesInTable
    },
  }))
  const baseline = labelOf(sizes[0] ?? 0)
  const effort = { warmUps: 2, rounds, gapRounds: 0 }
  const measurements = await compare(contenders, effort, baseline)
  const goals = [{ contender: labelOf(sizes.at(-1) ?? 0), ratio: 1.5, node20: 1.5 }]
  return { name, count: piecesInTable, measurements, baseline, goals }
}

const labelOf = (size: number): string => size.toLocaleString('en')

function upgradeWith(storeCount: number): (database: IDBDatabase) => void {
  return (database) => {
    for (let i = 0; i < storeCount; i++) {
      database.createObjectStore(`store ${i}`, { keyPath: 'id' }).createIndex('name', 'name')
    }
  }
}

async function remove({ factory }: Implementation, name: string): Promise<void> {
  await resultOf(factory.deleteDatabase(name))
}

/** Opens this number of connections to one database, or to one each. */
function openMany(
  { factory }: Implementation,
  names: readonly string[],
): Promise<readonly IDBDatabase[]> {
  return Promise.all(names.map((name) => openDatabase(factory, name, upgradeWith(1))))
}

async function putInEach(databases: readonly IDBDatabase[], id: number): Promise<void> {
  await Promise.all(
    databases.map((database, i) => {
      const transaction = database.transaction('store 0', 'readwrite')
      transaction.objectStore('store 0').put({ id: i, name: `record ${id}` })
      return completionOf(transaction)
    }),
  )
}

function closeAll(disk: Implementation, databases: readonly IDBDatabase[]): Promise<void> {
  for (const database of databases) database.close()
  // The files, too.
  return disk.close()
}

const namesOf = (name: string, size: number): string[] =>
  Array.from({ length: size }, (_, i) => `${name} ${i}`)

/** A database with a store, for as long as `work` takes. */
async function inDatabase(
  disk: Implementation,
  name: string,
  work: (database: IDBDatabase) => Promise<unknown>,
): Promise<number> {
  const database = await openDatabase(disk.factory, name, upgradeWith(1))
  const ms = await timed(async () => void (await work(database)))
  await closeAll(disk, [database])
  await remove(disk, name)
  return ms
}

const sizesTo = (largest: number): number[] => [100, 10, 1].map((part) => largest / part)

const works: readonly Work[] = [
  {
    name: 'stores with an index made',
    sizes: sizesTo(1000),
    async run(disk, size, name) {
      let database: IDBDatabase | undefined
      const ms = await timed(async () => {
        database = await openDatabase(disk.factory, name, upgradeWith(size))
      })
      await closeAll(disk, database ? [database] : [])
      await remove(disk, name)
      return ms
    },
  },
  {
    name: 'stores with an index, opened, used and closed',
    sizes: sizesTo(1000),
    async run(disk, size, name) {
      await closeAll(disk, [await openDatabase(disk.factory, name, upgradeWith(size))])
      const ms = await timed(async () => {
        const database = await resultOf(disk.factory.open(name))
        const stores = Array.from(database.objectStoreNames)
        expectSame(stores.length, size, 'stores')
        const transaction = database.transaction(stores, 'readwrite')
        for (const store of stores) transaction.objectStore(store).put({ id: 1, name: store })
        await completionOf(transaction)
        await closeAll(disk, [database])
      })
      await remove(disk, name)
      return ms
    },
  },
  {
    name: 'connections to one database opened, used and closed',
    sizes: sizesTo(1000),
    async run(disk, size, name) {
      const ms = await timed(async () => {
        const databases = await openMany(
          disk,
          Array.from({ length: size }, () => name),
        )
        await putInEach(databases, size)
        await closeAll(disk, databases)
      })
      await remove(disk, name)
      return ms
    },
  },
  {
    name: 'databases opened at once, used and closed',
    sizes: [4, 20, 100],
    async run(disk, size, name) {
      const names = namesOf(name, size)
      await closeAll(disk, await openMany(disk, names))
      const ms = await timed(async () => {
        const databases = await openMany(disk, names)
        await putInEach(databases, size)
        await closeAll(disk, databases)
      })
      for (const it of names) await remove(disk, it)
      return ms
    },
  },
  {
    name: 'transactions queued',
    sizes: sizesTo(100_000),
    run: (disk, size, name) =>
      inDatabase(disk, name, (database) =>
        putInEach(
          Array.from({ length: size }, () => database),
          size,
        ),
      ),
  },
  {
    name: 'requests pending in one transaction',
    sizes: sizesTo(50_000),
    run: (disk, size, name) =>
      inDatabase(disk, name, async (database) => {
        const store = database.transaction('store 0', 'readwrite').objectStore('store 0')
        const results = Array.from({ length: size }, (_, id) =>
          resultOf(id % 2 === 0 ? store.put({ id, name: 'name' }) : store.get(id - 1)),
        )
        await Promise.all(results)
      }),
  },
]
