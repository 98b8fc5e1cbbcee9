/**
 * A process that plays one scenario, or `look`s at what one has left: prints `listed name` for each database and `found key`
 * for each record, after a check of the file's pages.
 *
 * Arguments: directory, scenario or `look`, the script of the workers, the script of the worker that hosts.
 */
import process from 'node:process'
import { createIndexedDB } from '../../../src/index.ts'
import { platform } from '../../../src/platform/node.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { loadEngine } from '../../../src/sqlite/engine.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { completion, resultOf } from '../../kit/promises.ts'
import { databaseName, openStore, put, say } from './place.ts'
import { scenarios } from './scenarios.ts'

const [path = '', name = '', workerScript = '', hostScript = ''] = process.argv.slice(2)
if (name === 'look') await look()
else await play()

async function play(): Promise<void> {
  const indexedDB = createIndexedDB({ path })
  const database = await openStore(indexedDB)
  await completion(put(database, 'before'))
  await scenarios[name]?.play({ path, indexedDB, database, workerScript, hostScript })
}

async function look(): Promise<void> {
  await checkPages()
  const indexedDB = createIndexedDB({ path })
  for (const listed of await indexedDB.databases()) say(`listed ${listed.name}`)
  const database = await openStore(indexedDB)
  const keys = await resultOf(database.transaction('s').objectStore('s').getAllKeys())
  for (const key of keys) say(`found ${String(key)}`)
}

async function checkPages(): Promise<void> {
  const getEngine = () => loadEngine(() => platform.loadWasm())
  const storage = openStorageDirectory({ vfs: nodeFs(), path, waitMs: 5_000, getEngine })
  const database = await storage.open(databaseName)
  for (const problem of database.care.check()) say(`problem ${problem}`)
  await database.close()
  await storage.close()
}
