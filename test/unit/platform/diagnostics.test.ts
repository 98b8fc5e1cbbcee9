import diagnostics from 'node:diagnostics_channel'
import { afterEach, describe, expect, test } from 'vitest'
import { createIndexedDB } from '../../../src/index.ts'
import type { Happening } from '../../../src/monitor/monitor.ts'
import { debugWitness, lineOf } from '../../../src/platform/diagnostics/debug-lines.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase } from '../../kit/promises.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** All that is published of a kind: the event and its object. */
function published(kind: string): [string, Happening][] {
  const all: [string, Happening][] = []
  for (const event of ['start', 'end', 'asyncStart', 'asyncEnd', 'error']) {
    const name = `tracing:idb-everywhere:${kind}:${event}`
    const note = (message: unknown): void => void all.push([event, message as Happening])
    diagnostics.subscribe(name, note)
    ends.push(() => diagnostics.unsubscribe(name, note))
  }
  return all
}

async function openLibrary(): Promise<IDBDatabase> {
  const indexedDB = createIndexedDB({ vfs: memory(), onWarning: () => {} })
  return openDatabase(indexedDB, (database) => {
    database.createObjectStore('books').createIndex('by author', 'author')
  })
}

describe('channels', () => {
  test('a transaction is published from its creation to its commit, each time by the same object', async () => {
    const library = await openLibrary()
    const all = published('transaction')
    const transaction = library.transaction('books', 'readwrite')
    expect(all.map(([event]) => event)).toEqual(['start', 'end'])
    transaction.objectStore('books').put({}, 1)
    await completion(transaction)
    expect(all.map(([event]) => event)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    expect(new Set(all.map(([, happening]) => happening)).size).toBe(1)
    expect(all[0]?.[1]).toEqual({
      kind: 'transaction',
      database: 'test',
      stores: ['books'],
      mode: 'readwrite',
      startTime: expect.any(Number),
      duration: expect.any(Number),
      error: undefined,
      requests: 1,
    })
  })

  test('an aborted transaction is an error: null where the program has aborted it', async () => {
    const library = await openLibrary()
    const all = published('transaction')
    library.transaction('books').abort()
    const transaction = library.transaction('books', 'readwrite')
    transaction.objectStore('books').add('one', 1)
    transaction.objectStore('books').add('other', 1)
    await expect(completion(transaction)).rejects.toMatchObject({ name: 'ConstraintError' })
    const errors = all.filter(([event]) => event === 'error').map(([, { error }]) => error)
    expect(errors).toMatchObject([null, { name: 'ConstraintError' }])
  })

  test('each request is published with its method, its place and its transaction', async () => {
    const library = await openLibrary()
    const transactions = published('transaction')
    const all = published('request')
    const transaction = library.transaction('books', 'readwrite')
    const books = transaction.objectStore('books')
    const index = books.index('by author')
    books.add({ author: 'Abelson' }, 1)
    books.put({ author: 'Knuth' }, 2)
    for (const it of [books, index]) {
      it.get(1)
      it.getKey(1)
      it.getAll()
      it.getAllKeys()
      // The platform's declarations may be older.
      ;(it as unknown as { getAllRecords(): void }).getAllRecords()
      it.count()
    }
    index.openKeyCursor().onsuccess = ({ target }) => {
      const cursor = (target as IDBRequest<IDBCursor | null>).result
      cursor?.continue()
    }
    books.delete(1)
    books.clear()
    await completion(transaction)
    const reads = ['get', 'getKey', 'getAll', 'getAllKeys', 'getAllRecords', 'count']
    const started = all.filter(([event]) => event === 'start').map(([, it]) => it)
    expect(started.map(({ operation, index }) => [operation, index])).toEqual([
      ['add', undefined],
      ['put', undefined],
      ...reads.map((it) => [it, undefined]),
      ...reads.map((it) => [it, 'by author']),
      ['cursor', 'by author'],
      ['delete', undefined],
      ['clear', undefined],
      // To its end, as all is cleared by then.
      ['cursor', 'by author'],
    ])
    const ofTransaction = transactions[0]?.[1]
    expect(started.every((it) => it.transaction === ofTransaction && it.store === 'books')).toBe(
      true,
    )
    expect(started.every(({ duration }) => duration !== null)).toBe(true)
    expect(ofTransaction?.requests).toBe(started.length)
  })

  test('opens and deletions are published, those that fail with their errors', async () => {
    const [opens, deletions] = [published('open'), published('delete')]
    const indexedDB = createIndexedDB({ vfs: memory(), onWarning: () => {} })
    const library = await openDatabase(indexedDB, () => {}, { version: 2 })
    const low = openDatabase(indexedDB, () => {}, { version: 1 })
    await expect(low).rejects.toMatchObject({ name: 'VersionError' })
    library.close()
    await new Promise((resolve) => (indexedDB.deleteDatabase('test').onsuccess = resolve))
    const ended = [...opens, ...deletions].filter(([event]) => event === 'asyncEnd')
    expect(ended.map(([, it]) => [it.kind, it.database, it.error])).toEqual([
      ['open', 'test', undefined],
      ['open', 'test', expect.objectContaining({ name: 'VersionError' })],
      ['delete', 'test', undefined],
    ])
  })

  test('what began before anyone listened is not followed', async () => {
    const library = await openLibrary()
    const transaction = library.transaction('books', 'readwrite')
    const [transactions, requests] = [published('transaction'), published('request')]
    transaction.objectStore('books').put({}, 1)
    await completion(transaction)
    expect([...transactions, ...requests]).toEqual([])
  })
})

describe('IDB_DEBUG', () => {
  test.each([
    [undefined, []],
    ['', []],
    ['0', []],
    ['1', ['open', 'delete', 'transaction']],
    ['*', ['open', 'delete', 'transaction']],
    ['request, open', ['open', 'request']],
    ['*,REQUEST', ['open', 'delete', 'transaction', 'request']],
  ])('%j wants %j', (wanted, expected) => {
    const witness = debugWitness(wanted)
    const kinds = ['open', 'delete', 'transaction', 'request'] as const
    expect(kinds.filter((kind) => witness?.isAwake(kind))).toEqual(expected)
  })

  const over = { startTime: 0, duration: 1.25, error: undefined, requests: 2, database: 'd' }

  test.each<[Happening, string]>([
    [{ ...over, kind: 'open' }, 'open "d" done after 1.3 ms'],
    [
      { ...over, kind: 'transaction', stores: ['a', 'b'], mode: 'readonly' },
      'transaction "d" readonly "a" "b" committed with 2 requests after 1.3 ms',
    ],
    [
      { ...over, kind: 'transaction', stores: [], mode: 'versionchange', requests: 1, error: null },
      'transaction "d" versionchange aborted with 1 request after 1.3 ms, by abort()',
    ],
    [
      { ...over, kind: 'request', operation: 'get', store: 'a', index: 'i' },
      'request "d" get "a"."i" done after 1.3 ms',
    ],
    [
      { ...over, kind: 'request', operation: 'add', store: 'a', error: new Error('taken\nby 1') },
      'request "d" add "a" failed after 1.3 ms, Error: taken by 1',
    ],
  ])('a line says what was done: %#', (happening, line) => {
    expect(lineOf(happening)).toBe(line)
  })
})
