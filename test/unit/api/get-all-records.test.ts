import { expect, test } from 'vitest'
import { IDBKeyRange, createTestWorld } from '../../../src/testing.ts'

const { indexedDB } = createTestWorld()

/** What the compiler's library does not know yet. */
interface RecordSource {
  getAllRecords(options: unknown): IDBRequest<unknown[]>
}

async function filledStore(): Promise<RecordSource> {
  const request = indexedDB.open('records')
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore('s')
    for (const key of [1, 2, 3]) store.put(key * 10, key)
  }
  const database = await resultOf(request)
  return database.transaction('s').objectStore('s') as unknown as RecordSource // It has the method.
}

function resultOf<Result>(
  request: { result: Result; error: unknown } & EventTarget,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}

test('options are converted before the transaction is looked at', async () => {
  const store = await filledStore()
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(() => store.getAllRecords({ direction: null })).toThrow(TypeError)
  expect(() => store.getAllRecords({})).toThrow(
    expect.objectContaining({ name: 'TransactionInactiveError' }),
  )
})

test('the argument is a dictionary, even where it is a key or a range', async () => {
  const store = await filledStore()
  const counts = await Promise.all(
    [IDBKeyRange.only(2), new Date(0), { query: 2 }].map(async (options) => {
      const records = await resultOf(store.getAllRecords(options))
      return records.length
    }),
  )
  expect(counts).toEqual([3, 3, 1])
  expect(() => store.getAllRecords(2)).toThrow(TypeError)
})
