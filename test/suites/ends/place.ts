/** What a process of this suite works with, and how it says what it does. */
import { writeSync } from 'node:fs'
import process from 'node:process'
import type { ClosableIDBFactory } from '../../../src/index.ts'
import { openDatabase } from '../../kit/promises.ts'

/** The database of most scenarios; its store is `s`. */
export const databaseName = 'ends'

/** What a scenario gets. */
export interface Place {
  readonly path: string
  readonly indexedDB: ClosableIDBFactory
  /** With the record `before`, which was acknowledged. */
  readonly database: IDBDatabase
  /** The path of the script that workers run. */
  readonly workerScript: string
  /** The path of the script of a worker that hosts the engine. */
  readonly hostScript: string
}

/**
 * Prints a line, out before anything else happens: `done key` (a transaction that stored the key was acknowledged),
 * `undone key` (nothing may be left of it), or something the suite expects.
 */
export function say(line: string): void {
  writeSync(1, `${line}\n`)
}

/** Opens the database with its store. */
export function openStore(indexedDB: IDBFactory, name = databaseName): Promise<IDBDatabase> {
  return openDatabase(indexedDB, (it) => it.createObjectStore('s'), { name })
}

/** Stores the key in a transaction of its own, and says when it is acknowledged. */
export function put(
  database: IDBDatabase,
  key: string,
  durability: IDBTransactionDurability = 'relaxed',
): IDBTransaction {
  const transaction = database.transaction('s', 'readwrite', { durability })
  transaction.objectStore('s').put('x'.repeat(2_000), key)
  transaction.addEventListener('complete', () => say(`done ${key}`))
  return transaction
}

/** Stores the key in a transaction that goes on for as long as its process does. */
export function putEndlessly(database: IDBDatabase, key: string, isUnderWay: () => void): void {
  const store = database.transaction('s', 'readwrite').objectStore('s')
  say(`undone ${key}`)
  const goOn = (): void => {
    store.get('before').onsuccess = goOn
  }
  store.put('x'.repeat(2_000), key).onsuccess = () => {
    goOn()
    setTimeout(isUnderWay, 50)
  }
}

/** Dies as by `kill -9`. */
export function kill(): void {
  process.kill(process.pid, 'SIGKILL')
}
