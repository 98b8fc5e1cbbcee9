/** What is in the databases when all is over. */
import { close, createIndexedDB } from '../../../../src/index.ts'
import { platform } from '../../../../src/platform/node.ts'
import { openStorageDirectory } from '../../../../src/sqlite/directory.ts'
import { loadEngine } from '../../../../src/sqlite/engine.ts'
import { nodeFs } from '../../../../vfs/node.ts'
import { resultOf } from '../../../kit/promises.ts'
import { brokenPromises } from '../load/bank.ts'
import type { Work } from '../load/transactions.ts'

/** A record of a journal. */
export interface Signed {
  readonly key: number
  readonly id: string
  readonly ticket: number
}

/** All that the judge asks for. */
export interface Found {
  /** `database/store` → its records, in the order of their keys. */
  readonly journals: ReadonlyMap<string, readonly Signed[]>
  /** Name of a scratch database → the id in it; null: it is empty. */
  readonly scratch: ReadonlyMap<string, string | null>
  /** What readers could see broken, and pages, indexes and key generators that are not sound. */
  readonly broken: readonly string[]
}

/** Reads everything; nobody else may be at work. */
export async function readFound(path: string): Promise<Found> {
  const indexedDB = createIndexedDB({ path })
  const journals = new Map<string, Signed[]>()
  const scratch = new Map<string, string | null>()
  const broken: string[] = []
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await resultOf(indexedDB.open(name))
    for (const store of database.objectStoreNames) {
      if (store.startsWith('journal'))
        journals.set(`${name}/${store}`, await readJournal(database, store))
    }
    if (name.startsWith('scratch-')) scratch.set(name, await readScratch(database))
    if (name === 'bank') broken.push(...(await brokenPromises(workOf(database))))
    database.close()
  }
  await close(indexedDB)
  return { journals, scratch, broken: [...broken, ...(await checkFiles(path))] }
}

async function readJournal(database: IDBDatabase, name: string): Promise<Signed[]> {
  const store = database.transaction(name).objectStore(name)
  const [keys, records] = await Promise.all([
    resultOf(store.getAllKeys()),
    resultOf(store.getAll()) as Promise<Omit<Signed, 'key'>[]>,
  ])
  return records.map((record, i) => ({ ...record, key: Number(keys[i]) }))
}

async function readScratch(database: IDBDatabase): Promise<string | null> {
  if (!database.objectStoreNames.contains('only')) return null
  const id = await resultOf(database.transaction('only').objectStore('only').get(1))
  return (id as string | undefined) ?? null
}

function workOf(database: IDBDatabase): Work {
  const transaction = database.transaction([...database.objectStoreNames])
  return { transaction, store: (name) => transaction.objectStore(name) }
}

async function checkFiles(path: string): Promise<string[]> {
  const getEngine = () => loadEngine(() => platform.loadWasm())
  const storage = openStorageDirectory({ vfs: nodeFs(), path, waitMs: 0, getEngine })
  const problems: string[] = []
  for (const { name } of await storage.list()) {
    const database = await storage.open(name)
    problems.push(...database.care.check().map((what) => `${name}: ${what}`))
    await database.close()
  }
  await storage.close()
  return problems
}
