/**
 * An owner under load: transaction upon transaction, two of three strict, until it is told to stop. Says `done 17` when
 * number 17 is acknowledged as strict, `soft 18` when 18 is as relaxed, `warned …` for each warning, and at the end `over`.
 *
 * Then, or when started with `look`: says `problem …` for what a check of the file finds, and `found 17` for each record.
 */
import process from 'node:process'
import { close, createIndexedDB } from '../../../src/index.ts'
import { platform } from '../../../src/platform/node.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { loadEngine } from '../../../src/sqlite/engine.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

const [path = '', task] = process.argv.slice(2)
// No one kills this process: the stream takes what the pipe has no room for yet.
const say = (line: string): boolean => process.stdout.write(`${line.replaceAll('\n', ' ')}\n`)
let isOver = false
process.stdin.once('data', () => (isOver = true))

if (task !== 'look') await write()
await look()
process.stdin.unref()

async function write(): Promise<void> {
  const indexedDB = createIndexedDB({
    path,
    ifLocked: 'throw',
    onWarning: ({ message }) => say(`warned ${message}`),
  })
  const database = await openDatabase(indexedDB, (it) => {
    it.createObjectStore('s').createIndex('by remainder', 'remainder')
  })
  say('ready')
  for (let number = 1; !isOver; number++) {
    const durability = number % 3 === 0 ? 'relaxed' : 'strict'
    const transaction = database.transaction('s', 'readwrite', { durability })
    // Each tenth is overwritten, so that pages change that were written before.
    const store = transaction.objectStore('s')
    const text = 'x'.repeat((number * 137) % 9_000)
    store.put({ remainder: number % 7, text }, number)
    if (number > 10) store.put({ remainder: number % 5, text: text.toUpperCase() }, number - 10)
    await completion(transaction)
    say(`${durability === 'strict' ? 'done' : 'soft'} ${number}`)
  }
  database.close()
  await close(indexedDB)
  say('over')
}

async function look(): Promise<void> {
  const getEngine = () => loadEngine(() => platform.loadWasm())
  const storage = openStorageDirectory({ vfs: nodeFs(), path, waitMs: 5_000, getEngine })
  const file = await storage.open('test')
  for (const problem of file.care.check()) say(`problem ${problem}`)
  await file.close()
  await storage.close()
  const indexedDB = createIndexedDB({ path, ifLocked: 'throw' })
  const database = await resultOf(indexedDB.open('test'))
  const keys = await resultOf(database.transaction('s').objectStore('s').getAllKeys())
  for (const key of keys) say(`found ${String(key)}`)
  await close(indexedDB)
}
