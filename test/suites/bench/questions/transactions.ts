/** What does a transaction of one request cost? */
import { completionOf, expectSame, putAll, resultOf } from '../warm/idb.ts'
import type { Bench, Case } from '../warm/cases.ts'
import { recordOf, recordsOf, scatteredIds } from '../report/records.ts'

const count = 1000
const effort = { warmUps: 20, rounds: 15 }
const ids = scatteredIds(count)

function upgrade(database: IDBDatabase): void {
  database.createObjectStore('records', { keyPath: 'id' })
}

async function putOneByOne({ database, round }: Bench, durability: IDBTransactionDurability) {
  for (let i = 0; i < count; i++) {
    const transaction = database.transaction('records', 'readwrite', { durability })
    transaction.objectStore('records').put(recordOf(round * count + i))
    await completionOf(transaction)
  }
}

async function putQueued({ database, round }: Bench) {
  const completions: Promise<void>[] = []
  for (let i = 0; i < count; i++) {
    const transaction = database.transaction('records', 'readwrite')
    transaction.objectStore('records').put(recordOf(round * count + i))
    completions.push(completionOf(transaction))
  }
  await Promise.all(completions)
}

async function getOneByOne({ database }: Bench): Promise<number> {
  let sum = 0
  for (const id of ids) {
    const record = await resultOf(database.transaction('records').objectStore('records').get(id))
    sum += record.id
  }
  return sum
}

/** Counts the records of this round alone: a slow contender has left rounds out. */
async function checkLast({ database, keyRange, round }: Bench): Promise<void> {
  const store = database.transaction('records').objectStore('records')
  const own = keyRange.bound(round * count, (round + 1) * count - 1)
  expectSame(await resultOf(store.count(own)), count, 'count')
}

export const cases: readonly Case[] = [
  {
    name: '1,000 one-put transactions, awaited',
    count,
    goal: { ratio: 0.9, node20: 1.0 },
    effort,
    upgrade,
    run: (bench) => putOneByOne(bench, 'relaxed'),
    check: checkLast,
  },
  {
    name: '1,000 one-put transactions, queued',
    count,
    goal: { ratio: 1.0, node20: 1.0 },
    effort,
    upgrade,
    run: putQueued,
    check: checkLast,
  },
  {
    name: '1,000 one-get transactions, awaited',
    count,
    goal: { ratio: 0.2, node20: 0.25 },
    effort,
    upgrade,
    fill: (database) => putAll(database, 'records', recordsOf(count)),
    run: getOneByOne,
    check: (_, sum) => expectSame(sum, (count * (count - 1)) / 2, 'sum of ids'),
  },
]
