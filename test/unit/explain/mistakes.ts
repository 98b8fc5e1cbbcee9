/** The classic mistakes with IndexedDB, each made once: what docs/errors.md says of them is what they say here. */
import { close, createIndexedDB, type IndexedDBOptions } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

/** A mistake, made on a database that has the stores `books` (key path `isbn`, unique index `byTitle`) and `authors`. */
type Mistake = (library: IDBDatabase, factory: IDBFactory, warned: Promise<unknown>) => unknown

/** Title of its section → the mistake, which throws or rejects, or whose warning comes. */
export const mistakes: Readonly<Record<string, Mistake>> = {
  'Awaiting something else in a transaction': async (library) => {
    const books = library.transaction('books', 'readwrite').objectStore('books')
    await resultOf(books.put({ isbn: 2, title: 'Persuasion' }))
    await new Promise((resolve) => setTimeout(resolve, 5))
    books.put({ isbn: 3, title: 'Sanditon' })
  },
  'A connection that was not closed': async (library, factory, warned) => {
    const request = factory.open('library', 3)
    request.onsuccess = () => request.result.close()
    // It ends with the factory.
    request.onerror = () => {}
    const asked = new Promise((resolve) => (library.onversionchange = resolve))
    await Promise.race([warned, asked.then(() => readTwice(library))])
  },
  'A store that is not in scope': (library) => {
    library.transaction('books').objectStore('authors')
  },
  'A value that cannot be stored': (library) => {
    const books = library.transaction('books', 'readwrite').objectStore('books')
    const onClick = (): void => {}
    books.put({ isbn: 2, title: 'Persuasion', button: { onClick } })
  },
  'A key that is taken': async (library) => {
    const books = library.transaction('books', 'readwrite').objectStore('books')
    await resultOf(books.add({ isbn: 2, title: 'Emma' }))
  },
  'A value without its key': (library) => {
    const books = library.transaction('books', 'readwrite').objectStore('books')
    books.put({ ISBN: 2, title: 'Persuasion' })
  },
  'A version that is too low': async (_, factory) => {
    await resultOf(factory.open('library', 1))
  },
  'A misspelled store': (library) => {
    library.transaction('boks')
  },
}

/** What has been asked to close is reported before that is over. */
async function readTwice(library: IDBDatabase): Promise<void> {
  for (let i = 0; i < 2; i++)
    await resultOf(library.transaction('books').objectStore('books').count())
}

let made = 0

/** What the mistake says: what was thrown, or the warning that came. */
export async function make(mistake: Mistake, options: IndexedDBOptions = {}): Promise<Error> {
  const warnings: Error[] = []
  let noteWarning = (): void => {}
  const warned = new Promise<void>((resolve) => (noteWarning = resolve))
  const onWarning = (warning: Error): void => {
    warnings.push(warning)
    noteWarning()
  }
  const path = `mistake ${++made}`
  const factory = createIndexedDB({ vfs: memory(), path, onWarning, ...options })
  const upgrade = (database: IDBDatabase): void => {
    const books = database.createObjectStore('books', { keyPath: 'isbn' })
    books.createIndex('byTitle', 'title', { unique: true })
    books.put({ isbn: 1, title: 'Emma' })
    database.createObjectStore('authors')
  }
  const library = await openDatabase(factory, upgrade, { name: 'library', version: 2 })
  try {
    await mistake(library, factory, warned)
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  } finally {
    library.close()
    await close(factory)
  }
  return warnings[0] ?? new Error('without a word')
}
