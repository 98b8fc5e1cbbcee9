/** How fast do many puts in one transaction go? */
import { completionOf, expectSame, putAll, resultOf } from '../warm/idb.ts'
import type { Bench, Case } from '../warm/cases.ts'
import { recordsOf } from '../report/records.ts'

const count = 10_000
const records = recordsOf(count)

function upgrade(database: IDBDatabase): void {
  database.createObjectStore('records', { keyPath: 'id' })
}

function upgradeWithIndexes(database: IDBDatabase): void {
  const store = database.createObjectStore('records', { keyPath: 'id' })
  store.createIndex('name', 'name')
  store.createIndex('n', 'n')
  store.createIndex('tags', 'tags', { multiEntry: true })
}

const putRecords = ({ database }: Bench) => putAll(database, 'records', records)

function putWithListeners({ database }: Bench): Promise<number> {
  const transaction = database.transaction('records', 'readwrite')
  const store = transaction.objectStore('records')
  let successes = 0
  const onsuccess = (): void => void successes++
  for (const record of records) store.put(record).onsuccess = onsuccess
  return completionOf(transaction).then(() => successes)
}

async function checkCount({ database }: Bench): Promise<void> {
  const store = database.transaction('records').objectStore('records')
  expectSame(await resultOf(store.count()), count, 'count')
  for (const name of store.indexNames) {
    const entries = await resultOf(store.index(name).count())
    expectSame(entries, name === 'tags' ? 18_000 : count, `entries of index ${name}`)
  }
}

export const cases: readonly Case[] = [
  {
    name: 'put 10,000',
    count,
    goal: { ratio: 0.4, node20: 0.5 },
    isFresh: true,
    upgrade,
    run: putRecords,
    check: checkCount,
  },
  {
    name: 'put 10,000 with a success listener on each',
    count,
    goal: { ratio: 0.55, node20: 0.65 },
    isFresh: true,
    upgrade,
    run: putWithListeners,
    async check(bench, successes) {
      expectSame(successes, count, 'success events')
      await checkCount(bench)
    },
  },
  {
    name: 'put 10,000 with three indexes',
    count,
    goal: { ratio: 0.6, node20: 0.65 },
    isFresh: true,
    upgrade: upgradeWithIndexes,
    run: putRecords,
    check: checkCount,
  },
]
