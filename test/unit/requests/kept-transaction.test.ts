import { expect, test } from 'vitest'
import { createIndexedDB } from '../../../src/index.ts'
import { KeptTransaction } from '../../../src/requests/kept-transaction.ts'
import { memory } from '../../../vfs/memory.ts'
import { resultOf } from '../../kit/promises.ts'

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
