/**
 * What a process does while its clocks jump: takes over a directory with a spoilt claim, and does a mixed load while timers
 * wait. Says `done` for each part. Arguments: directory.
 */
import process from 'node:process'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { close, createIndexedDB } from '../../../src/index.ts'
import { completion, resultOf } from '../../kit/promises.ts'
import { openStore, say } from './place.ts'

const [path = ''] = process.argv.slice(2)
leaveSpoiltClaim()
const indexedDB = createIndexedDB({ path, ifLocked: 'wait' })
const database = await openStore(indexedDB)
say('done taking over')
await Promise.all([load(), timers()])
say('done loading')
database.close()
await close(indexedDB)
say('done closing')

/** Half a claim, from a moment that has not come yet: a power cut, and a clock that was put back since. */
function leaveSpoiltClaim(): void {
  const file = join(path, 'owner.json')
  writeFileSync(file, '{ "pid": 1')
  const tomorrow = new Date(new Date().getTime() + 86_400_000)
  utimesSync(file, tomorrow, tomorrow)
}

async function load(): Promise<void> {
  for (let round = 0; round < 40; round++) {
    const durability = round % 4 === 0 ? 'strict' : 'relaxed'
    const transactions = [1, 2, 3].map((part) => {
      const transaction = database.transaction('s', 'readwrite', { durability })
      for (let i = 0; i < 20; i++) transaction.objectStore('s').put('x'.repeat(5_000), [part, i])
      return completion(transaction)
    })
    await Promise.all(transactions)
    const store = database.transaction('s').objectStore('s')
    if ((await resultOf(store.count())) !== 60) throw new Error('records are missing')
  }
}

/** Timers get their turns whatever the clocks say. */
async function timers(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 5))
  say('done waiting for timers')
}
