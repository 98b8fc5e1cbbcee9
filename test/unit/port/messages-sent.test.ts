/** How many messages a transaction takes: each wakes the thread or process at the other end. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { close, createIndexedDB, serve } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

let posted = 0
let factory: IDBFactory
let database: IDBDatabase

beforeEach(async () => {
  const { port1, port2 } = new MessageChannel()
  const { postMessage } = port2
  port2.postMessage = (...message: unknown[]) => {
    posted++
    Reflect.apply(postMessage, port2, message)
  }
  serve(port1, createIndexedDB({ vfs: memory() }))
  factory = createIndexedDB({ port: port2 })
  database = await openDatabase(factory, (it) => void it.createObjectStore('s'))
  posted = 0
})
afterEach(() => close(factory))

function putOne(): Promise<unknown> {
  const transaction = database.transaction('s', 'readwrite')
  transaction.objectStore('s').put('value', 1)
  return completion(transaction)
}

const getOne = (): Promise<unknown> => resultOf(database.transaction('s').objectStore('s').get(1))

const transactions: Record<string, () => Promise<unknown>> = {
  'one put': putOne,
  'one put and commit()': () => {
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put('value', 1)
    transaction.commit()
    return completion(transaction)
  },
  'one get, the one after the other': getOne,
}

test.each(Object.entries(transactions))('a transaction of %s takes one', async (_, run) => {
  for (let i = 0; i < 10; i++) await run()
  expect(posted).toBe(10)
})

test('a put that comes after a get takes one, as the get does', async () => {
  for (let i = 0; i < 10; i++) {
    await getOne()
    await putOne()
  }
  expect(posted).toBe(20)
})

test('2,000 one-put transactions that are queued take few, however long the owner has for them in a turn', async () => {
  await Promise.all(Array.from({ length: 2000 }, putOne))
  expect(posted).toBeLessThan(20)
})
