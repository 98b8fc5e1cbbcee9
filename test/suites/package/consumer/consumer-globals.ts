// Compiled as .mts and as .cts: the names of a page are there once `auto` is imported, whatever libraries the project has.
import 'idb-everywhere/auto/memory'
import { createIndexedDB } from 'idb-everywhere'

const request: IDBOpenDBRequest = indexedDB.open('library', 1)

request.onupgradeneeded = (event: IDBVersionChangeEvent) => {
  const books = request.result.createObjectStore('books', { keyPath: 'isbn' })
  books.createIndex('by author', 'author')
  if (event.oldVersion > 0) request.transaction?.abort()
}
request.onsuccess = () => {
  const books: IDBObjectStore = request.result.transaction('books').objectStore('books')
  const index: IDBIndex = books.index('by author')
  const range: IDBKeyRange = IDBKeyRange.bound('a', 'b')
  const found: IDBRequest = index.getAll(range)
  found.onsuccess = () => found.result.length
}

export const isDatabase = (value: unknown): value is IDBDatabase => value instanceof IDBDatabase
export const version = new IDBVersionChangeEvent('versionchange', { newVersion: 2 }).newVersion
export const factory: IDBFactory = createIndexedDB()
export type Names = [IDBCursor, IDBCursorWithValue, IDBTransaction]

// @ts-expect-error: there is no such method
indexedDB.remove('library')
// @ts-expect-error: a mode is one of two words
request.result.transaction('books', 'sometimes')
