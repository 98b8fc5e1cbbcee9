/** How fast do cursors walk? */
import { completionOf, expectSame, putAll, walk } from '../warm/idb.ts'
import type { Bench, Case } from '../warm/cases.ts'
import { recordsOf } from '../report/records.ts'

const count = 10_000
const sumOfIds = (count * (count - 1)) / 2

function upgrade(database: IDBDatabase): void {
  const store = database.createObjectStore('records', { keyPath: 'id' })
  store.createIndex('n', 'n')
}

const fill = (database: IDBDatabase) => putAll(database, 'records', recordsOf(count))
const storeOf = ({ database }: Bench) => database.transaction('records').objectStore('records')

/** Walks, and adds up the ids. */
async function sumOf(request: IDBRequest<IDBCursorWithValue | null>): Promise<number> {
  let sum = 0
  await walk(request, ({ value }) => (sum += value.id))
  return sum
}

const checkSum = (_: Bench, sum: unknown): void => expectSame(sum, sumOfIds, 'sum of ids')
const steady = { count, upgrade, fill, check: checkSum }

export const cases: readonly Case[] = [
  {
    ...steady,
    name: 'cursor over 10,000',
    goal: { ratio: 0.3, node20: 0.4 },
    run: (bench) => sumOf(storeOf(bench).openCursor()),
  },
  {
    ...steady,
    name: 'cursor over 10,000, backwards',
    run: (bench) => sumOf(storeOf(bench).openCursor(null, 'prev')),
  },
  {
    ...steady,
    name: 'cursor over an index of 10,000',
    goal: { ratio: 0.25, node20: 0.3 },
    run: (bench) => sumOf(storeOf(bench).index('n').openCursor()),
  },
  {
    ...steady,
    name: 'cursor over a range of 1,000 in 10,000',
    count: 1000,
    goal: { ratio: 0.01, node20: 0.01 },
    run: (bench) => sumOf(storeOf(bench).openCursor(bench.keyRange.bound(9000, 9999))),
    check: (_, sum) => expectSame(sum, 9_499_500, 'sum of ids'),
  },
  {
    name: 'cursor over 1,000 with update',
    count: 1000,
    isFresh: true,
    upgrade,
    fill: (database) => putAll(database, 'records', recordsOf(1000)),
    async run({ database }) {
      const transaction = database.transaction('records', 'readwrite')
      const request = transaction.objectStore('records').openCursor()
      await walk(request, (cursor) => cursor.update({ ...cursor.value, n: 7 }))
    },
    async check(bench) {
      let sum = 0
      await walk(storeOf(bench).openCursor(), ({ value }) => (sum += value.n))
      expectSame(sum, 7000, 'sum of what was updated')
    },
  },
  {
    name: 'cursor over 1,000 with delete',
    count: 1000,
    isFresh: true,
    upgrade,
    fill: (database) => putAll(database, 'records', recordsOf(1000)),
    async run({ database }) {
      const transaction = database.transaction('records', 'readwrite')
      const completion = completionOf(transaction)
      await walk(transaction.objectStore('records').openCursor(), (cursor) => cursor.delete())
      await completion
    },
    async check(bench) {
      expectSame(await sumOf(storeOf(bench).openCursor()), 0, 'sum of what is left')
    },
  },
]
