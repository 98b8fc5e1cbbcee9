/** What the tests of snapshots begin with. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { createIndexedDB } from '../../../src/index.ts'
import type { IDBDatabase, IDBFactory } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'

export const inMemory = (): IDBFactory => createIndexedDB({ vfs: memory() })

/** Makes a database, and closes it. */
export async function make(
  factory: IDBFactory,
  name: string,
  version: number,
  upgrade: (database: IDBDatabase) => void,
): Promise<void> {
  const database = await open(factory, name, version, upgrade)
  database.close()
}

export function open(
  factory: IDBFactory,
  name: string,
  version?: number,
  upgrade: (database: IDBDatabase) => void = () => undefined,
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, version)
    request.onupgradeneeded = () => upgrade(request.result)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** A shop with stores of each kind. */
export function shop(database: IDBDatabase): void {
  const books = database.createObjectStore('books', { keyPath: 'isbn' })
  books.createIndex('by title', 'title', { unique: true })
  books.createIndex('by tag', 'tags', { multiEntry: true })
  books.put({ isbn: 'b', title: 'Emma', tags: ['a', 'b'], read: new Date(5) })
  books.put({ isbn: 'a', title: 'Nana', tags: [], price: 12n })
  const log = database.createObjectStore('log', { autoIncrement: true })
  for (const it of ['one', 'two', 'three']) log.put(it)
  log.delete(3)
  const misc = database.createObjectStore('misc')
  misc.put(new Map([[1, new Set([2])]]), [1, 'x', new Date(7)])
  misc.put(new Blob(['text'], { type: 'text/plain' }), Uint8Array.of(1, 2).buffer)
  misc.put(undefined, -Infinity)
  database.createObjectStore('numbered', { keyPath: 'at.id', autoIncrement: true })
}

export async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text()
}

/** A stream of the text in pieces of a few bytes, so that lines and characters are cut. */
export function streamOf(text: string, pieceSize = 7): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + pieceSize))
      at += pieceSize
    },
  })
}

export async function listOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const it of items) list.push(it)
  return list
}

export async function namesIn(factory: IDBFactory): Promise<(string | undefined)[]> {
  return (await factory.databases()).map((it) => it.name)
}

/**
 * Gives the tests of a file a directory for temporary files of their own, as what else runs here has copies in the system's. Gives
 * a function that lists the copies that are open, or were left behind.
 */
export function ownTemporaryFiles(): () => string[] {
  const { TMPDIR: before } = process.env
  let path = ''
  beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), 'idb-everywhere-tests-'))
    process.env['TMPDIR'] = path
  })
  afterAll(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    rmSync(path, { recursive: true, force: true })
  })
  return () => readdirSync(path)
}
