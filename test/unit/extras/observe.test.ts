import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { observe, type Observed, type ObserveOptions, putMany } from '../../../src/extras.ts'
import { createIndexedDB, IDBKeyRange, serve } from '../../../src/index.ts'
import { completion, resultOf } from '../../kit/promises.ts'
import { bookOf, booksUpTo, inMemory, openLibrary } from './library.ts'
import { eventually } from '../../kit/eventually.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A factory on the databases of another, at the other end of a port. */
function throughPort(factory: IDBFactory): IDBFactory {
  const { port1, port2 } = new MessageChannel()
  ends.push(() => port1.close())
  serve(port1 as unknown as MessagePort, factory) // Node's do what the web's do.
  return createIndexedDB({ port: port2 as unknown as MessagePort })
}

/** Where the one who watches is, as seen from the one who writes. */
const places = {
  'the same thread': (factory: IDBFactory) => factory,
  'the other end of a port': throughPort,
  'the far end of two ports': (factory: IDBFactory) => throughPort(throughPort(factory)),
}

/** Notes what is observed. */
class Notes {
  readonly all: Observed[] = []
  #noted = (): void => {}

  readonly listen = (observed: Observed): void => {
    this.all.push(observed)
    this.#noted()
  }

  /** Waits until that many were noted. */
  async until(count: number): Promise<readonly Observed[]> {
    while (this.all.length < count) await new Promise<void>((resolve) => (this.#noted = resolve))
    return this.all
  }
}

const change = (changes: unknown[], isOwn = false) => ({ type: 'change', isOwn, changes })
const one = (store: string, kind: string, key: unknown) => ({ store, kind, key, range: undefined })

async function write(
  library: IDBDatabase,
  ask: (books: IDBObjectStore, log: IDBObjectStore) => void,
): Promise<void> {
  const transaction = library.transaction(['books', 'log'], 'readwrite')
  ask(transaction.objectStore('books'), transaction.objectStore('log'))
  await completion(transaction)
}

describe.each(Object.entries(places))('observe() in %s', (_title, placeOf) => {
  async function fixture(options: ObserveOptions = {}) {
    const factory = inMemory()
    const writer = await openLibrary(factory)
    const watcher = await openLibrary(placeOf(factory))
    const notes = new Notes()
    const observation = observe(watcher, options, notes.listen)
    // It has reached the owner when what is asked after it is answered.
    await resultOf(watcher.transaction('log').objectStore('log').count())
    return { writer, watcher, notes, observation }
  }

  test('tells once of each transaction, with what it has changed, in order', async () => {
    const { writer, notes } = await fixture()
    await write(writer, (books, log) => {
      log.put('begins')
      books.add(bookOf(1))
      books.put(bookOf(2))
      books.delete(1)
      books.delete(IDBKeyRange.bound(5, 9, true, false))
    })
    await write(writer, (books) => books.clear())
    const [first, second] = await notes.until(2)
    expect(first).toEqual(
      change([
        one('log', 'put', 1),
        one('books', 'add', 1),
        one('books', 'put', 2),
        one('books', 'delete', 1),
        { store: 'books', kind: 'delete', key: undefined, range: IDBKeyRange.bound(5, 9, true) },
      ]),
    )
    expect(second).toEqual(change([{ store: 'books', kind: 'clear', key: undefined, range: null }]))
    const { changes } = first as Extract<Observed, { type: 'change' }>
    const range = changes.at(-1)?.range
    expect([range?.lower, range?.upper, range?.lowerOpen, range?.upperOpen]).toEqual([
      5,
      9,
      true,
      false,
    ])
  })

  test('says which transactions are its own', async () => {
    const { writer, watcher, notes } = await fixture()
    await write(watcher, (books) => books.put(bookOf(1)))
    await write(writer, (books) => books.put(bookOf(2)))
    expect(await notes.until(2)).toEqual([
      change([one('books', 'put', 1)], true),
      change([one('books', 'put', 2)]),
    ])
  })

  test('says nothing of what was aborted, only read, or refused', async () => {
    const { writer, notes } = await fixture()
    await write(writer, (books) => void books.put(bookOf(1)))
    const aborted = writer.transaction('books', 'readwrite')
    aborted.objectStore('books').put(bookOf(2))
    aborted.abort()
    await resultOf(writer.transaction('books').objectStore('books').get(1))
    await write(writer, (books) => {
      books.add(bookOf(1)).onerror = (event) => event.preventDefault()
    })
    await write(writer, (books) => void books.put(bookOf(3)))
    expect(await notes.until(2)).toEqual([
      change([one('books', 'put', 1)]),
      change([one('books', 'put', 3)]),
    ])
  })

  test('tells of those stores and ranges that are named, and of no others', async () => {
    const { writer, notes } = await fixture({
      ranges: { books: [3, IDBKeyRange.bound(10, 20, false, true)] },
    })
    for (const isbn of [2, 3, 9, 10, 19, 20]) {
      await write(writer, (books, log) => {
        log.put('writes')
        books.put(bookOf(isbn))
      })
    }
    await write(writer, (books) => void books.delete(IDBKeyRange.lowerBound(19, true)))
    await write(writer, (books) => void books.delete(IDBKeyRange.bound(4, 9)))
    await write(writer, (books) => void books.put(bookOf(3)))
    const told = await notes.until(5)
    const keys = told.map((it) => it.type === 'change' && it.changes.map(({ key }) => key))
    expect(keys).toEqual([[3], [10], [19], [undefined], [3]])
  })

  test('says nothing of a deletion between bounds that have no key between them', async () => {
    const { writer, notes } = await fixture()
    await write(writer, (books) => {
      books.delete(IDBKeyRange.bound(5, 5, true, true))
      books.put(bookOf(2))
    })
    expect(await notes.until(1)).toEqual([change([one('books', 'put', 2)])])
  })

  test('tells of more than a thousand changes as one range', async () => {
    const { writer, notes } = await fixture({ stores: ['books'] })
    await write(writer, (books) => {
      void putMany(books, booksUpTo(1001).reverse())
      books.delete(-5)
    })
    const range = IDBKeyRange.bound(-5, 1000)
    expect(await notes.until(1)).toEqual([
      change([{ store: 'books', kind: 'any', key: undefined, range }]),
    ])
    const [told] = notes.all as Extract<Observed, { type: 'change' }>[]
    expect([told?.changes[0]?.range?.lower, told?.changes[0]?.range?.upper]).toEqual([-5, 1000])
  })

  test('tells of a transaction that was under way when it began', async () => {
    const factory = inMemory()
    const writer = await openLibrary(factory)
    const watcher = await openLibrary(placeOf(factory))
    const notes = new Notes()
    const transaction = writer.transaction('books', 'readwrite')
    const books = transaction.objectStore('books')
    await resultOf(books.put(bookOf(1)))
    observe(watcher, {}, notes.listen)
    // It stays until the watch has reached the owner.
    let isReached = false
    void watcher
      .transaction('log')
      .objectStore('log')
      .count()
      .addEventListener('success', () => {
        isReached = true
      })
    while (!isReached) await resultOf(books.count())
    await completion(transaction)
    expect(await notes.until(1)).toEqual([
      change([{ store: 'books', kind: 'any', key: undefined, range: null }]),
    ])
  })

  test('ends by close(), by its signal, and with the connection', async () => {
    const ending = new AbortController()
    const { writer, watcher, notes, observation } = await fixture()
    const [bySignal, late] = [new Notes(), new Notes()]
    observe(watcher, { signal: ending.signal }, bySignal.listen)
    observe(watcher, { signal: AbortSignal.abort() }, late.listen)
    await write(watcher, (books) => void books.put(bookOf(1)))
    await Promise.all([notes.until(1), bySignal.until(1)])
    observation.close()
    ending.abort()
    const last = new Notes()
    observe(watcher, {}, last.listen)
    await write(watcher, (books) => void books.put(bookOf(2)))
    await last.until(1)
    watcher.close()
    await write(writer, (books) => void books.put(bookOf(3)))
    const counts = [notes, bySignal, late, last].map((it) => it.all.length)
    expect(counts).toEqual([1, 1, 0, 1])
  })
})

test('A listener that throws is an uncaught exception, and the next one is called all the same', async () => {
  const library = await openLibrary()
  const reported = vi.fn()
  process.once('uncaughtException', reported)
  const notes = new Notes()
  const error = new Error('in a listener')
  observe(library, {}, () => {
    throw error
  })
  observe(library, {}, notes.listen)
  await write(library, (books) => void books.put(bookOf(1)))
  await notes.until(1)
  await eventually(() => expect(reported).toHaveBeenCalledWith(error, 'uncaughtException'))
})

test('observe() refuses what it cannot observe', async () => {
  const library = await openLibrary()
  const listen = (): void => {}
  const refused = (options: ObserveOptions) => () => observe(library, options, listen)
  expect(refused({ stores: ['boks'] })).toThrow(/no object store "boks".*; did you mean "books"\?/)
  // A string is an iterable of its letters.
  expect(refused({ stores: 'books' })).toThrow(/an array, or another iterable as `options.stores`/)
  expect(refused({ ranges: [1] as never })).toThrow(/as `options.ranges`/)
  expect(refused({ ranges: { boks: 1 } })).toThrow(/no object store "boks"/)
  expect(refused({ ranges: { books: null as unknown as number } })).not.toThrow()
  expect(() => observe({} as IDBDatabase, {}, listen)).toThrow(TypeError)
  library.close()
  expect(refused({})).toThrow(/closed or closing/)
})
