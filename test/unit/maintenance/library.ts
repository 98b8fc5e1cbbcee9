/** A directory on disk with a database in it, and what can happen to its file. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { close, createIndexedDB } from '../../../src/index.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { runForeignSql } from '../../kit/foreign-tool.ts'
import { completion, openDatabase } from '../../kit/promises.ts'
import { engine } from '../../kit/test-directory.ts'

/** How many books there are. */
export const bookCount = 300

export const libraryFile = fileNameOf('library')

/** A new, empty directory; `remove()` it in the end. */
export function newDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-maintenance-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Uses the directory as a program does, and gives it up. */
export async function use<Result>(
  path: string,
  work: (factory: IDBFactory) => Promise<Result>,
): Promise<Result> {
  const factory = createIndexedDB({ path }) as unknown as IDBFactory
  try {
    return await work(factory)
  } finally {
    await close(factory)
  }
}

/** Books under generated keys with three indexes, and covers that are large values. */
export function makeLibrary(path: string): Promise<void> {
  return use(path, async (factory) => {
    const database = await openLibrary(factory)
    const transaction = database.transaction(['books', 'covers'], 'readwrite')
    const books = transaction.objectStore('books')
    for (let i = 1; i <= bookCount; i++) {
      books.put({
        title: `title ${i}`,
        author: { name: 'AB'[i % 2] },
        tags: ['all', `tag ${i % 7}`],
      })
    }
    for (let i = 0; i < 3; i++)
      transaction.objectStore('covers').put(new Uint8Array(5_000), [i, 'x'])
    await completion(transaction)
    database.close()
  })
}

function openLibrary(factory: IDBFactory): Promise<IDBDatabase> {
  const upgrade = (database: IDBDatabase): void => {
    const books = database.createObjectStore('books', { keyPath: 'id', autoIncrement: true })
    books.createIndex('by title', 'title', { unique: true })
    books.createIndex('by author', ['author.name', 'title'])
    books.createIndex('by tag', 'tags', { multiEntry: true })
    database.createObjectStore('covers')
  }
  return openDatabase(factory, upgrade, { name: 'library', version: 7 })
}

/** Has another SQLite tool do something to the closed library. */
export async function damageBySql(path: string, ...statements: readonly string[]): Promise<void> {
  const directory = nodeFs().directory(path)
  await directory.lock(0)
  try {
    const vfs = { ...nodeFs(), directory: () => directory }
    const failed = runForeignSql(await engine(), { vfs, path, fileName: libraryFile }, statements)
    if (failed.length > 0) throw new Error(`SQLite gave ${failed.join()}`)
  } finally {
    await directory.close()
  }
}

/** Turns bits of the library's file where those bytes stand for the first time. */
export function flipByte(path: string, text: string): void {
  const file = join(path, libraryFile)
  const bytes = readFileSync(file)
  const at = bytes.indexOf(text)
  if (at < 0) throw new Error(`The file does not have ${text}`)
  // The head of the page that holds it: what SQLite makes of it is an error in its tree.
  const page = at - (at % 4096)
  bytes[page] = (bytes[page] ?? 0) ^ 0xff
  writeFileSync(file, bytes)
}

export function filesIn(path: string): string[] {
  return readdirSync(path)
}
