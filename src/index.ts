/**
 * IndexedDB wherever JavaScript runs. This entry point serves Node, Bun and Deno.
 *
 * ```ts
 * import { createIndexedDB, close } from 'idb-everywhere'
 *
 * const indexedDB = createIndexedDB({ path: './data' })
 * const request = indexedDB.open('library', 1)
 * request.onupgradeneeded = () => request.result.createObjectStore('books', { keyPath: 'isbn' })
 * ```
 */
import { compose } from './composition.ts'
import { nodePlatform } from './platform-node.ts'

const { createIndexedDB: create, install: installOn } = compose(nodePlatform)

/**
 * Makes a factory: the `indexedDB` of the specification. Touches nothing until it is first used.
 *
 * @throws TypeError for an unknown or malformed option, and when the directory is open with other options.
 */
export const createIndexedDB: typeof create = create

/**
 * Installs a factory and the IDB* classes on a global object and returns the factory; returns what is there already
 * unless `force` is given.
 *
 * @throws TypeError for an unknown or malformed option or environment variable.
 */
export const install: typeof installOn = installOn

export { close, type ClosableIDBFactory } from './composition.ts'
export type { InstallOptions } from './install.ts'
export type { IndexedDBOptions } from './options.ts'
export { IDBCursor, IDBCursorWithValue } from './api/IDBCursor.ts'
export { IDBDatabase } from './api/IDBDatabase.ts'
export { IDBFactory } from './api/IDBFactory.ts'
export { IDBIndex } from './api/IDBIndex.ts'
export { IDBKeyRange } from './api/IDBKeyRange.ts'
export { IDBObjectStore } from './api/IDBObjectStore.ts'
export { IDBRecord } from './api/IDBRecord.ts'
export { IDBOpenDBRequest, IDBRequest } from './api/IDBRequest.ts'
export { IDBTransaction } from './api/IDBTransaction.ts'
export { IDBVersionChangeEvent } from './api/IDBVersionChangeEvent.ts'
