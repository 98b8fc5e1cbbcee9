// Compiled where the DOM's types are: what the package makes fits wherever those are asked for, and the reverse.
import { IDBKeyRange, createIndexedDB } from 'idb-everywhere'

export const indexedDB: globalThis.IDBFactory = createIndexedDB()
export const request: globalThis.IDBOpenDBRequest = createIndexedDB().open('library')
export const database: globalThis.IDBDatabase = request.result
export const range: globalThis.IDBKeyRange = IDBKeyRange.only(1)

export function titles(store: globalThis.IDBObjectStore): globalThis.IDBRequest<string[]> {
  return store.getAll(range)
}
