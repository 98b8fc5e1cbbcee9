import { expect, test } from 'vitest'
import { deleteMany, getMany, putMany } from '../../../src/extras.ts'
import { completion, resultOf } from '../../kit/promises.ts'
import { bookOf, booksUpTo, openLibrary } from './library.ts'

test('putMany() gives the keys of all values in order, generated ones and those it is given', async () => {
  const library = await openLibrary()
  const transaction = library.transaction(['books', 'log'], 'readwrite')
  const books = putMany(transaction.objectStore('books'), new Set([bookOf(7), bookOf(3)]))
  const log = transaction.objectStore('log')
  expect(await putMany(log, ['a', 'b'])).toEqual([1, 2])
  expect(await putMany(log, ['c', 'd'], { keys: [[1], 'x'] })).toEqual([[1], 'x'])
  expect(await books).toEqual([7, 3])
  await completion(transaction)
})

test('putMany() of nothing makes no request', async () => {
  const library = await openLibrary()
  const transaction = library.transaction('books', 'readwrite')
  expect(await putMany(transaction.objectStore('books'), [])).toEqual([])
  await completion(transaction)
})

test('putMany() stores nothing where one value is refused at once', async () => {
  const library = await openLibrary()
  const transaction = library.transaction('books', 'readwrite')
  const aborted = completion(transaction)
  const put = putMany(transaction.objectStore('books'), [bookOf(1), { author: 'nobody' }])
  await expect(put).rejects.toMatchObject({ name: 'DataError' })
  await expect(aborted).rejects.toBe(null)
  expect(await resultOf(library.transaction('books').objectStore('books').count())).toBe(0)
})

test('putMany() rejects with the error of the value that clashes, and stores nothing', async () => {
  const library = await openLibrary()
  const transaction = library.transaction('books', 'readwrite')
  const aborted = completion(transaction)
  const titled = [1, 2, 3].map((isbn) => ({ ...bookOf(isbn), title: 'SICP' }))
  const put = putMany(transaction.objectStore('books'), titled)
  await expect(put).rejects.toMatchObject({ name: 'ConstraintError' })
  await expect(aborted).rejects.toMatchObject({ name: 'ConstraintError' })
  expect(await resultOf(library.transaction('books').objectStore('books').count())).toBe(0)
})

test('getMany() gives the values in the order of the keys, and undefined where there is none', async () => {
  const library = await openLibrary()
  await putMany(library.transaction('books', 'readwrite').objectStore('books'), booksUpTo(5))
  const books = library.transaction('books').objectStore('books')
  expect(await getMany(books, [4, 9, 0])).toEqual([bookOf(4), undefined, bookOf(0)])
  const byAuthor = library.transaction('books').objectStore('books').index('by author')
  expect(await getMany(byAuthor, ['Knuth', 'Abelson'])).toEqual([bookOf(1), bookOf(0)])
})

test('deleteMany() deletes by key and by range', async () => {
  const library = await openLibrary()
  await putMany(library.transaction('books', 'readwrite').objectStore('books'), booksUpTo(6))
  const transaction = library.transaction('books', 'readwrite')
  const books = transaction.objectStore('books')
  const { IDBKeyRange } = await import('../../../src/index.ts')
  await deleteMany(books, [0, IDBKeyRange.bound(3, 4), 99])
  expect(await resultOf(books.getAllKeys())).toEqual([1, 2, 5])
})
