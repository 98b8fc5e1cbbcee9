/** Records that are too long to be sent as a whole: their values come in parts, and an owner keeps one of them at a time. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createIndexedDB, serve } from '../../../src/index.ts'
import { Malformed } from '../../../src/port/malformed.ts'
import { LongRecord } from '../../../src/port/asking/long-record.ts'
import { ParcelReader } from '../../../src/port/parcel.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

const MiB = 1024 * 1024
/** No two parts of it are equal. */
const long = Uint8Array.from({ length: 11 * MiB + 5 }, (_, i) => (i * 31) ^ (i >> 16))

let database: IDBDatabase
/** What the owner has sent. */
let sent: number[] = []
/** What the client has yet to send; null: it sends all at once. */
let held: (() => void)[] | null = null

beforeEach(async () => {
  const { port1, port2 } = new MessageChannel()
  tap(port1, (message, post) => {
    sent.push(new ParcelReader(message).sizeBytes)
    post()
  })
  tap(port2, (_message, post) => {
    if (held) held.push(post)
    else post()
  })
  serve(port1, createIndexedDB({ vfs: memory() }))
  database = await openDatabase(createIndexedDB({ port: port2 }), (it) => {
    it.createObjectStore('s').createIndex('size', 'size')
  })
  const transaction = database.transaction('s', 'readwrite')
  transaction.objectStore('s').put({ size: 1, long }, 'long')
  transaction.objectStore('s').put({ size: 1 }, 'short')
  await completion(transaction)
  sent = []
})
afterEach(() => {
  held = null
  database.close()
})

function tap(port: MessagePort, posted: (message: unknown, post: () => void) => void): void {
  const postMessage = port.postMessage.bind(port) as (...args: unknown[]) => void
  port.postMessage = (...args: unknown[]) => posted(args[0], () => postMessage(...args))
}

const store = (): IDBObjectStore => database.transaction('s').objectStore('s')
const turns = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a long record', () => {
  test.each<[title: string, read: () => Promise<unknown>]>([
    ['get()', () => resultOf(store().get('long'))],
    ['get() of an index', () => resultOf(store().index('size').get(1))],
    ['getAll()', async () => (await resultOf(store().getAll()))[0]],
    ['a cursor', async () => (await resultOf(store().openCursor()))?.value],
    [
      'a cursor, backwards',
      async () => {
        const request = store().index('size').openCursor(null, 'prev')
        ;(await resultOf(request))?.continue()
        return (await resultOf(request))?.value
      },
    ],
  ])('arrives whole by %s, in small messages', async (_title, read) => {
    const value = (await read()) as { size: number; long: Uint8Array }
    expect(value.size).toBe(1)
    expect(Buffer.compare(value.long, long)).toBe(0)
    expect(Math.max(...sent)).toBeLessThan(1.2 * MiB)
  })

  test('is followed by the others of its scan', async () => {
    const values = (await resultOf(store().getAll())) as { long?: Uint8Array }[]
    expect(values.map((value) => value.long?.length)).toEqual([long.length, undefined])
    expect(await resultOf(store().getAllKeys())).toEqual(['long', 'short'])
  })

  test('is sent only as far as its client takes it', async () => {
    const got = [1, 2, 3].map(() => resultOf(store().get('long')))
    await new Promise((resolve) => setImmediate(resolve))
    held = []
    await turns()
    expect(sent.reduce((sum, sizeBytes) => sum + sizeBytes)).toBeLessThan(6 * MiB)
    const acknowledged = held
    held = null
    for (const post of acknowledged) post()
    for (const value of await Promise.all(got)) expect(value.long).toHaveLength(long.length)
  })

  test('that is on its way when its transaction is aborted does not arrive', async () => {
    const transaction = database.transaction('s')
    const request = transaction.objectStore('s').get('long')
    await new Promise((resolve) => setImmediate(resolve))
    transaction.abort()
    await expect(resultOf(request)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await resultOf(store().get('short'))).toEqual({ size: 1 })
  })
})

const record = (valueEnd: number) => ({
  bytes: new Uint8Array(10),
  keyStart: 0,
  keyEnd: 0,
  primaryKeyStart: 0,
  primaryKeyEnd: 0,
  valueStart: 0,
  valueEnd,
})

test.each([
  ['has more parts than it said', more],
  ['is longer than any', () => new LongRecord(record(0), 2 ** 40)],
])('a long record that %s is malformed', (_title, receive) => {
  expect(receive).toThrow(Malformed)
})

function more(): unknown {
  const it = new LongRecord(record(0), 15)
  it.add(record(10))
  return it.add(record(10))
}
