/** A database to test with, and a look into it. */
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

/** Opens the database `library`, made with some books in it when it is new. */
export async function openLibrary(
  indexedDB: IDBFactory,
  titles: readonly string[] = ['Emma', 'Faust'],
): Promise<IDBDatabase> {
  const create = (database: IDBDatabase): void => {
    const books = database.createObjectStore('books', { autoIncrement: true })
    books.createIndex('by title', 'title')
    for (const title of titles) books.add({ title })
  }
  return openDatabase(indexedDB, create, { name: 'library' })
}

/** Adds a book in a transaction of its own. */
export async function addBook(database: IDBDatabase, title: string | Uint8Array): Promise<void> {
  const transaction = database.transaction('books', 'readwrite')
  transaction.objectStore('books').add({ title })
  await completion(transaction)
}

/** How many books a connection sees. */
export function countBooks(database: IDBDatabase): Promise<number> {
  return resultOf(database.transaction('books').objectStore('books').count())
}
