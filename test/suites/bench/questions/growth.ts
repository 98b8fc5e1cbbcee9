/** How does the cost of an operation grow with the store? */
import type { Implementation, Row } from '../warm/cases.ts'
import { expectSame, openDatabase, putAll, resultOf, walk } from '../warm/idb.ts'
import { loadImplementations } from '../warm/implementations.ts'
import { type Contender, compare, timed } from '../warm/measure.ts'
import type { Ask } from '../question.ts'
import { recordOf, recordsOf, scatter } from '../report/records.ts'

const usualSizes = [10_000, 100_000]
const longSizes = [...usualSizes, 1_000_000, 10_000_000]
const operations = 1000
const batch = 10_000

interface Store {
  readonly size: number
  readonly database: IDBDatabase
}

export const ask: Ask = async (places, { filter, rounds, isLong }) => {
  const wanted = works.filter(({ name }) => name.includes(filter))
  if (wanted.length === 0) return { rows: [], missing: {} }
  const { available } = await loadImplementations(places)
  const disk = available.find(({ name }) => name === 'disk')
  if (!disk) throw new Error('This package on disk does not work')
  const stores: Store[] = []
  for (const size of isLong ? longSizes : usualSizes) stores.push(await fill(disk, size))
  const rows: Row[] = []
  const baseline = nameOf(usualSizes[0] ?? 0)
  const largest = nameOf(stores.at(-1)?.size ?? 0)
  for (const { name, run } of wanted) {
    const contenders: Contender[] = stores.map((store) => ({
      name: nameOf(store.size),
      round: (round) => timed(() => run(store, round)),
    }))
    const measurements = await compare(contenders, { warmUps: 2, rounds: rounds ?? 9 }, baseline)
    const goals = [{ contender: largest, ratio: 2, node20: 2 }]
    rows.push({ name, count: operations, measurements, baseline, goals })
  }
  for (const { database } of stores) database.close()
  for (const { close } of available) await close()
  return { rows, missing: {} }
}

const nameOf = (size: number): string => `${size.toLocaleString('en')} records`

async function fill({ factory }: Implementation, size: number): Promise<Store> {
  const database = await openDatabase(factory, nameOf(size), (db) => {
    db.createObjectStore('records', { keyPath: 'id' })
  })
  for (let from = 0; from < size; from += batch) {
    await putAll(database, 'records', recordsOf(Math.min(batch, size - from), from))
  }
  return { size, database }
}

/** Ids spread over the store, other ones in each round. */
function idsFor(size: number, round: number): number[] {
  return Array.from({ length: operations }, (_, i) => scatter(round * operations + i) % size)
}

const works: readonly { name: string; run(store: Store, round: number): Promise<void> }[] = [
  {
    name: 'get by size of the store',
    async run({ database, size }, round) {
      const store = database.transaction('records').objectStore('records')
      const ids = idsFor(size, round)
      const found = await Promise.all(ids.map((id) => resultOf(store.get(id))))
      expectSame(
        found.every(({ id }, i) => id === ids[i]),
        true,
        'every id found',
      )
    },
  },
  {
    name: 'put by size of the store',
    run: ({ database, size }, round) =>
      // Other ones than are there: one that is stored as it was is hardly written.
      putAll(
        database,
        'records',
        idsFor(size, round).map((id) => ({ ...recordOf(id), round })),
      ),
  },
  {
    name: 'put and count by size of the store',
    async run({ database, size }, round) {
      const store = database.transaction('records', 'readwrite').objectStore('records')
      const counts = idsFor(size, round).map((id) => {
        store.put({ ...recordOf(id), round: -round })
        return resultOf(store.count())
      })
      expectSame(
        (await Promise.all(counts)).every((count) => count === size),
        true,
        'every count of all records',
      )
    },
  },
  {
    name: 'cursor steps by size of the store',
    async run({ database, size }) {
      let steps = 0
      const request = database
        .transaction('records')
        .objectStore('records')
        .openCursor(size - 1)
      await walk(request, () => steps++)
      expectSame(steps, 1, 'records at the end')
      await walkFirst(database)
    },
  },
]

function walkFirst(database: IDBDatabase): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = database.transaction('records').objectStore('records').openCursor()
    let steps = 0
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      if (++steps === operations || !request.result) resolve()
      else request.result.continue()
    }
  })
}
