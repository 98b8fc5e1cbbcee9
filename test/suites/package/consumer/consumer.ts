// Compiled as .mts and as .cts against the installed package: what a user may write, and what must be an error.
import 'idb-everywhere/auto/memory'
import { IDBKeyRange, close, createIndexedDB, install } from 'idb-everywhere'
import { VfsError, type Vfs, type VfsDirectory, type VfsFile } from 'idb-everywhere/vfs'
import { memory } from 'idb-everywhere/vfs/memory'
import { installPostgres, postgres, postgresStatus } from 'idb-everywhere/postgres'
import { type DirectoryStatus, status } from 'idb-everywhere/status'
import { nodeFs } from 'idb-everywhere/vfs/node'

const scratch: Vfs = memory()
const indexedDB = createIndexedDB({ vfs: scratch, durability: 'strict', ifLocked: 'wait' })
const request = indexedDB.open('library', 1)

request.onupgradeneeded = () => {
  const books = request.result.createObjectStore('books', { keyPath: 'isbn' })
  books.createIndex('by author', 'author', { multiEntry: true })
}
request.onsuccess = () => {
  const transaction = request.result.transaction(['books'], 'readwrite', { durability: 'relaxed' })
  const books = transaction.objectStore('books')
  const found = books.index('by author').getAll(IDBKeyRange.bound('a', 'b', false, true), 10)
  found.onsuccess = () => found.result.length
  transaction.oncomplete = () => request.result.close()
  transaction.addEventListener('abort', () => transaction.error?.name)
}

export async function useOnce(): Promise<void> {
  await using disposed = createIndexedDB({ vfs: memory() })
  await disposed.databases()
}

export const installed = install({ target: {}, force: true, vfs: nodeFs() })
export const closed: Promise<void> = close(indexedDB)
export const told: Promise<DirectoryStatus> = status('./data')
export const error: Error = new VfsError('EIO', 'A message')
export type { VfsDirectory, VfsFile }

/** As a variable of the environment is typed. */
export async function onServer(url: string | undefined): Promise<number> {
  createIndexedDB({ host: postgres({ connectionString: url, directConnectionString: url }) })
  await installPostgres({ connectionString: url, role: 'app' })
  const { databases } = await postgresStatus({ connectionString: url })
  return databases.length
}

// @ts-expect-error: durability is one of two words
createIndexedDB({ durability: 'sometimes' })
// @ts-expect-error: there is no such option
createIndexedDB({ directory: './data' })
// @ts-expect-error: a server has to be named
postgres({})
// @ts-expect-error: not by an object
postgres({ connectionString: new URL('postgres://db.example.com/app') })
