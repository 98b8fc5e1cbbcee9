/** Real database files for the fuzzer to spoil: one closed properly, one with its latest transactions in the log. */
import { close, createIndexedDB } from '../../../src/index.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import { completion, openDatabase } from '../../kit/promises.ts'

/** The database in the files. */
export const databaseName = 'library'

/** Its file. */
export const fileName = fileNameOf(databaseName)

/** Where the files lie in their VFS. */
export const path = 'fuzz'

/** The files in memory, kept as if on a disk: with a write-ahead log. */
export function onDisk(vfs: MemoryVfs): Vfs {
  return { ...vfs, isPersistent: true }
}

/** A file that was closed, and one that was not. */
export interface SampleFiles {
  readonly closed: MemoryVfs
  readonly unclosed: MemoryVfs
}

/** Makes them. */
export async function makeSampleFiles(): Promise<SampleFiles> {
  const closed = memory()
  await fill(closed, 0, 60)
  const open = closed.fork()
  const indexedDB = createIndexedDB({ vfs: onDisk(open), path })
  const database = await openDatabase(indexedDB, () => {}, { name: databaseName })
  await putBooks(database, 45, 80)
  const unclosed = open.fork()
  database.close()
  await close(indexedDB)
  return { closed, unclosed }
}

async function fill(vfs: MemoryVfs, from: number, to: number): Promise<void> {
  const indexedDB = createIndexedDB({ vfs: onDisk(vfs), path })
  const database = await openDatabase(indexedDB, createStores, { name: databaseName })
  await putBooks(database, from, to)
  database.close()
  await close(indexedDB)
}

function createStores(database: IDBDatabase): void {
  const books = database.createObjectStore('books', { keyPath: 'isbn' })
  books.createIndex('by author', 'author')
  books.createIndex('by number', 'number', { unique: true })
  books.createIndex('by tag', 'tags', { multiEntry: true })
  books.createIndex('by both', ['author', 'number'])
  database.createObjectStore('log', { autoIncrement: true })
  database.createObjectStore('large')
}

async function putBooks(database: IDBDatabase, from: number, to: number): Promise<void> {
  const transaction = database.transaction(['books', 'log', 'large'], 'readwrite')
  const completed = completion(transaction)
  for (let number = from; number < to; number++) {
    transaction.objectStore('books').put({
      isbn: `isbn ${String(number).padStart(6, '0')}`,
      author: `author ${number % 7}`,
      number,
      tags: [`tag ${number % 3}`, `tag ${number % 5}`],
      text: 'text '.repeat(number % 100),
    })
    transaction.objectStore('log').put({ at: new Date(number), what: new Map([[number, 'put']]) })
    if (number % 12 === 0) transaction.objectStore('large').put('x'.repeat(100 * number), number)
  }
  await completed
}
