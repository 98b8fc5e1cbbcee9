import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { Transaction } from '../../../src/core/transaction.ts'
import { createIndexedDB } from '../../../src/index.ts'
import { KeptTransaction } from '../../../src/requests/kept-transaction.ts'
import { memory } from '../../../vfs/memory.ts'
import { resultOf } from '../../kit/promises.ts'

/** A transaction of a new database, and one of its stores. */
async function begun() {
  const request = createIndexedDB({ vfs: memory() }).open('library', 1)
  request.onupgradeneeded = () => void request.result.createObjectStore('books')
  const library = await resultOf(request)
  const transaction = library.transaction('books', 'readwrite')
  return { transaction, books: transaction.objectStore('books') }
}

test('Waiting asks for nothing, and what is asked after it is answered', async () => {
  const { transaction, books } = await begun()
  const execute = vi.spyOn(Transaction.prototype, 'execute')
  const kept = new KeptTransaction(transaction, books)
  await kept.ask(() => books.put('SICP', 1))
  expect(execute).toHaveBeenCalledTimes(1)
  for (let turn = 0; turn < 100; turn++) await nextTurn()
  expect(execute).toHaveBeenCalledTimes(1)
  let read: unknown
  await kept.ask(() => {
    const request = books.get(1)
    request.onsuccess = () => (read = request.result)
    return request
  })
  expect(read).toBe('SICP')
  await kept.finish()
  expect(execute).toHaveBeenCalledTimes(2)
  execute.mockRestore()
})

test('Requests of others in it are answered in their order', async () => {
  const { transaction, books } = await begun()
  const kept = new KeptTransaction(transaction, books)
  const answered: string[] = []
  const noted = <It extends { onsuccess: unknown }>(request: It, name: string): It => {
    request.onsuccess = () => void answered.push(name)
    return request
  }
  // It is active: it was just made.
  noted(books.put('SICP', 1), 'a')
  await kept.ask(() => {
    const request = books.put('TAOCP', 2)
    request.onsuccess = () => {
      answered.push('b')
      noted(books.get(1), 'c')
      noted(books.get(2), 'd')
    }
    return request
  })
  await kept.ask(() => noted(books.count(), 'e'))
  await kept.finish()
  expect(answered).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('What was asked before a failure that is prevented is asked after it', async () => {
  const { transaction, books } = await begun()
  transaction.addEventListener('error', (event) => event.preventDefault())
  const kept = new KeptTransaction(transaction, books)
  await kept.ask(() => books.put('SICP', 1))
  const outcomes = await Promise.allSettled([
    kept.ask(() => books.add('again', 1)),
    kept.ask(() => books.put('TAOCP', 2)),
    kept.finish(),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
})

test('What is on its way when it is aborted fails with the reason', async () => {
  const request = createIndexedDB({ vfs: memory() }).open('library', 1)
  request.onupgradeneeded = () => void request.result.createObjectStore('books')
  const library = await resultOf(request)
  const transaction = library.transaction('books', 'readwrite')
  const books = transaction.objectStore('books')
  const kept = new KeptTransaction(transaction, books)
  const reason = new Error('enough')
  const asked = kept.ask(() => {
    // It is made, and not answered yet.
    queueMicrotask(() => kept.abort(reason))
    return books.put('SICP', 1)
  })
  await expect(asked).rejects.toBe(reason)
  await expect(kept.ended).rejects.toBe(reason)
})
