/** How fast is reading: one by one, all at once, by index? */
import { expectSame, putAll, resultOf } from '../warm/idb.ts'
import type { Bench, Case } from '../warm/cases.ts'
import { recordOf, recordsOf, scatteredIds } from '../report/records.ts'

const count = 10_000
const ids = scatteredIds(count)
const names = ids.map((id) => recordOf(id).name)
const sumOfIds = (count * (count - 1)) / 2

function upgrade(database: IDBDatabase): void {
  const store = database.createObjectStore('records', { keyPath: 'id' })
  store.createIndex('name', 'name')
}

const fill = (database: IDBDatabase) => putAll(database, 'records', recordsOf(count))
const storeOf = ({ database }: Bench) => database.transaction('records').objectStore('records')

/** Gets every key, and adds up the ids found. */
function getEach(source: IDBObjectStore | IDBIndex, keys: readonly IDBValidKey[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let sum = 0
    let left = keys.length
    const onsuccess = ({ target }: Event): void => {
      sum += (target as IDBRequest).result.id // Only requests get this listener.
      if (--left === 0) resolve(sum)
    }
    for (const key of keys) {
      const request = source.get(key)
      request.onsuccess = onsuccess
      request.onerror = () => reject(request.error)
    }
  })
}

const checkSum = (_: Bench, sum: unknown): void => expectSame(sum, sumOfIds, 'sum of ids')
const steady = { count, upgrade, fill }

export const cases: readonly Case[] = [
  {
    ...steady,
    name: 'get 10,000',
    goal: { ratio: 0.3, node20: 0.45 },
    run: (bench) => getEach(storeOf(bench), ids),
    check: checkSum,
  },
  {
    ...steady,
    name: 'index.get 10,000',
    goal: { ratio: 0.35, node20: 0.45 },
    run: (bench) => getEach(storeOf(bench).index('name'), names),
    check: checkSum,
  },
  {
    ...steady,
    name: 'getAll of 10,000',
    goal: { ratio: 0.25, node20: 0.3 },
    run: (bench) => resultOf(storeOf(bench).getAll()),
    check: (_, records) => {
      const sum = (records as { id: number }[]).reduce((total, { id }) => total + id, 0)
      expectSame(sum, sumOfIds, 'sum of ids')
    },
  },
  {
    ...steady,
    name: 'getAllKeys of 10,000',
    run: (bench) => resultOf(storeOf(bench).getAllKeys()),
    check: (_, keys) => expectSame((keys as number[]).length, count, 'count of keys'),
  },
  {
    ...steady,
    name: 'count of 10,000',
    run: (bench) => resultOf(storeOf(bench).count()),
    check: (_, found) => expectSame(found, count, 'count'),
  },
]
