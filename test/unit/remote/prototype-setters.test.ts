/** What script has put on the platform's prototypes takes nothing out of what goes to a server and comes from it. */
import { expect, test } from 'vitest'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, resultOf } from '../../kit/promises.ts'

const indices = [10, 11, 12, 20, 63, 64]
const count = 150

/** Has each index of any array set by a setter while `work` goes on. Gives how often one was called. */
async function amongSetters(work: () => Promise<void>): Promise<number> {
  let calls = 0
  const setter = { set: () => void calls++, configurable: true }
  for (const index of indices) Object.defineProperty(Object.prototype, index, setter)
  try {
    await work()
  } finally {
    for (const index of indices) Reflect.deleteProperty(Object.prototype, index)
  }
  return calls
}

onServer('setters on prototypes', ({ factory }) => {
  test('many requests of one task are answered past them', async () => {
    const request = (await factory()).open('test')
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore('store')
      store.createIndex('unique', 'n', { unique: true })
      store.createIndex('each', 'list', { multiEntry: true })
    }
    const database = await resultOf(request)
    const gets = new Map<number, unknown>()
    const walked = new Set<unknown>()
    let all: unknown[] = []
    const calls = await amongSetters(async () => {
      const transaction = database.transaction('store', 'readwrite')
      const store = transaction.objectStore('store')
      for (let n = 0; n < count; n++) store.put({ n, list: [n, -n] }, n)
      for (let n = 0; n < count; n++) {
        const get = n % 2 ? store.get(n) : store.index('unique').get(n)
        get.onsuccess = () => gets.set(n, get.result.n)
      }
      const everything = store.index('each').getAll()
      everything.onsuccess = () => (all = everything.result)
      const cursor = store.openCursor()
      cursor.onsuccess = () => {
        if (!cursor.result) return
        walked.add(cursor.result.value.n)
        cursor.result.continue()
      }
      await completion(transaction)
    })
    const numbers = Array.from({ length: count }, (_, n) => n)
    expect([...gets.values()]).toEqual(numbers)
    expect([...walked]).toEqual(numbers)
    expect(all).toHaveLength(2 * count - 1)
    expect(calls).toBe(0)
  })
})
