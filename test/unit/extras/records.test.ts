import { describe, expect, test } from 'vitest'
import { putMany, records, withTransaction } from '../../../src/extras.ts'
import { IDBKeyRange } from '../../../src/index.ts'
import { completion, resultOf } from '../../kit/promises.ts'
import { bookOf, booksUpTo, listOf, openLibrary, turn } from './library.ts'

const directions = ['next', 'nextunique', 'prev', 'prevunique'] as const

async function filled(count: number): Promise<IDBDatabase> {
  const library = await openLibrary()
  await putMany(library.transaction('books', 'readwrite').objectStore('books'), booksUpTo(count))
  return library
}

/** All that a cursor meets. */
function met(source: IDBObjectStore | IDBIndex, range: unknown, direction: IDBCursorDirection) {
  return new Promise<unknown[]>((resolve) => {
    const found: unknown[] = []
    const request = source.openCursor(range as IDBKeyRange | null, direction)
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) return resolve(found)
      found.push([cursor.key, cursor.primaryKey, cursor.value])
      cursor.continue()
    }
  })
}

/** A store or index of a browser that has no getAllRecords(). */
function older<Source extends IDBObjectStore | IDBIndex>(source: Source): Source {
  return new Proxy(source, {
    has: (target, name) => name !== 'getAllRecords' && name in target,
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

describe.each(directions)('records() in the direction %s', (direction) => {
  test.each([1, 2, 3, 10, 100])('meets what a cursor meets, %d at a time', async (batch) => {
    const library = await filled(10)
    const ranges = [null, IDBKeyRange.bound(2, 7, true, false), IDBKeyRange.lowerBound(4), 5]
    for (const range of ranges) {
      const open = () => library.transaction('books').objectStore('books')
      const expected = await met(open(), range, direction)
      for (const store of [() => open(), () => older(open())]) {
        const found = await listOf(records(store(), range, { direction, batch }))
        expect(found.map((it) => [it.key, it.primaryKey, it.value])).toEqual(expected)
      }
    }
  })

  test.each([1, 2, 3, 10, 100])('meets it in an index, too, %d at a time', async (batch) => {
    const library = await filled(10)
    for (const range of [null, IDBKeyRange.upperBound('Knuth'), 'Knuth']) {
      const open = () => library.transaction('books').objectStore('books').index('by author')
      const expected = await met(open(), range, direction)
      for (const index of [() => open(), () => older(open())]) {
        const found = await listOf(records(index(), range, { direction, batch }))
        expect(found.map((it) => [it.key, it.primaryKey, it.value])).toEqual(expected)
      }
    }
  })

  test('meets the same by names, in transactions of their own', async () => {
    const library = await filled(10)
    const index = library.transaction('books').objectStore('books').index('by author')
    const expected = await met(index, null, direction)
    const named = { db: library, store: 'books', index: 'by author' }
    const found = await listOf(records(named, null, { direction, batch: 3 }))
    expect(found.map((it) => [it.key, it.primaryKey, it.value])).toEqual(expected)
  })
})

test('A store is read as it was when the loop began, whatever the loop awaits', async () => {
  const library = await filled(6)
  const read: unknown[] = []
  const late = library.transaction('books').objectStore('books')
  let written: Promise<unknown> | null = null
  for await (const { key } of records(late, null, { batch: 2 })) {
    const writing = library.transaction('books', 'readwrite')
    writing.objectStore('books').put(bookOf(100 + (key as number)))
    written = completion(writing)
    await turn()
    read.push(key)
  }
  expect(read).toEqual([0, 1, 2, 3, 4, 5])
  await written
  expect(await resultOf(library.transaction('books').objectStore('books').count())).toBe(12)
})

test('By names, what is written behind the loop is not met, and what is written before it is', async () => {
  const library = await filled(4)
  const read: unknown[] = []
  for await (const { key } of records({ db: library, store: 'books' }, null, { batch: 2 })) {
    read.push(key)
    if (key !== 1) continue
    const writing = library.transaction('books', 'readwrite')
    void putMany(writing.objectStore('books'), [bookOf(-1), bookOf(1.5)])
    await completion(writing)
  }
  expect(read).toEqual([0, 1, 1.5, 2, 3])
})

test('A loop that is left lets the transaction end', async () => {
  const library = await filled(4)
  const transaction = library.transaction('books')
  const ended = completion(transaction)
  for await (const { key } of records(transaction.objectStore('books'), null, { batch: 2 })) {
    if (key === 1) break
  }
  await ended
})

test('In withTransaction(), records are read and written in its transaction', async () => {
  const library = await filled(5)
  await withTransaction(
    library,
    'books',
    'readwrite',
    async (transaction, ask) => {
      const books = transaction.objectStore('books')
      for await (const { value } of records<object>(books, null, { batch: 2 })) {
        await turn()
        await ask(() => books.put({ ...value, isRead: true }))
      }
    },
    { timeLimit: 60_000 },
  )
  const all = await resultOf(library.transaction('books').objectStore('books').getAll())
  expect(all).toEqual(booksUpTo(5).map((it) => ({ ...it, isRead: true })))
})

test('A loop that takes longer than its limit ends with an error that says where it began', async () => {
  const library = await filled(3)
  const loop = async (): Promise<void> => {
    const books = library.transaction('books').objectStore('books')
    for await (const _ of records(books, null, { batch: 1, timeLimit: 1 })) {
      await new Promise((resolve) => books.transaction.addEventListener('abort', resolve))
    }
  }
  await expect(loop()).rejects.toMatchObject({
    name: 'AbortError',
    cause: {
      code: 'ERR_IDB_TIME_LIMIT',
      limit: 1,
      created: expect.stringContaining('records.test'),
    },
  })
})

test('Two loops share a transaction, which ends with the last of them', async () => {
  const library = await filled(6)
  const books = library.transaction('books').objectStore('books')
  const ended = completion(books.transaction)
  const [long, short] = [records(books, null, { batch: 2 }), records(books, 5, { batch: 2 })]
  const read = [await long.next(), await short.next()].map(({ value }) => value?.key)
  expect(await short.next()).toEqual({ done: true, value: undefined })
  await turn()
  await turn()
  for await (const { key } of long) read.push(key)
  expect(read).toEqual([0, 5, 1, 2, 3, 4, 5])
  await ended
})

test('A loop may follow another in its transaction', async () => {
  const library = await filled(4)
  const books = library.transaction('books').objectStore('books')
  const read: unknown[] = []
  for await (const { key } of records(books, null, { batch: 2 })) read.push(key)
  for await (const { key } of records(books, null, { batch: 2, direction: 'prev' })) {
    await turn()
    read.push(key)
  }
  expect(read).toEqual([0, 1, 2, 3, 3, 2, 1, 0])
})

test('Of two loops in a transaction, each has its own limit', async () => {
  const library = await filled(3)
  const books = library.transaction('books').objectStore('books')
  const aborted = new Promise((resolve) => books.transaction.addEventListener('abort', resolve))
  const patient = records(books, null, { batch: 1 })
  const hasty = records(books, null, { batch: 1, timeLimit: 1 })
  const goOn = async (loop: typeof hasty): Promise<void> => {
    await loop.next()
    await aborted
    await loop.next()
  }
  for (const loop of await Promise.allSettled([goOn(patient), goOn(hasty)])) {
    expect(loop).toMatchObject({ reason: { cause: { limit: 1 } } })
  }
})

test.each([null, 5])(
  'What aborts the transaction while %s is read is what the loop ends with',
  async (range) => {
    const library = await filled(3)
    const books = library.transaction('books', 'readwrite').objectStore('books')
    const reading = records(books, range).next()
    books.add(bookOf(1))
    await expect(reading).rejects.toMatchObject({ name: 'ConstraintError' })
  },
)

test('The limit of a loop that is over counts no more for the others', async () => {
  const library = await filled(3)
  const books = library.transaction('books').objectStore('books')
  const patient = records(books, null, { batch: 1 })
  const hasty = records(books, null, { batch: 1, timeLimit: 500 })
  await Promise.all([patient.next(), hasty.next()])
  await hasty.return()
  // Timers fire in the order in which they are due.
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(await listOf(patient)).toHaveLength(2)
})

test.each([0, 1.5, NaN])('A batch of %d records is refused', async (batch) => {
  const library = await filled(1)
  const books = library.transaction('books').objectStore('books')
  await expect(listOf(records(books, null, { batch }))).rejects.toThrow(TypeError)
})
