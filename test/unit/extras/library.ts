/** A library in memory, for the tests of extras. */
import { createIndexedDB } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { openDatabase } from '../../kit/promises.ts'

export const inMemory = (): IDBFactory => createIndexedDB({ vfs: memory(), onWarning: () => {} })

/** Books with an index by author, where several have the same, and a log with generated keys. */
export function openLibrary(indexedDB: IDBFactory = inMemory()): Promise<IDBDatabase> {
  return openDatabase(indexedDB, (database) => {
    const books = database.createObjectStore('books', { keyPath: 'isbn' })
    books.createIndex('by author', 'author')
    books.createIndex('by title', 'title', { unique: true })
    database.createObjectStore('log', { autoIncrement: true })
  })
}

export interface Book {
  readonly isbn: number
  readonly author: string
}

/** Of three authors in turn. */
export function bookOf(isbn: number): Book {
  return { isbn, author: ['Abelson', 'Knuth', 'Knuth'][isbn % 3] as string }
}

/** Books with the numbers from 0 on. */
export function booksUpTo(count: number): Book[] {
  return Array.from({ length: count }, (_, isbn) => bookOf(isbn))
}

export async function listOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}

/** A turn of the event loop, in which any other transaction would go inactive. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
