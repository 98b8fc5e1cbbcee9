/** What an index finds is sent in pieces bounded in bytes, however often it names a record. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createIndexedDB, IDBKeyRange, serve } from '../../../src/index.ts'
import { ParcelReader } from '../../../src/port/parcel.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

const MiB = 1024 * 1024
const recordCount = 300
const tags = ['a', 'b', 'c']
const longestPiece = 0.3 * MiB

/** What the index finds, in its order. */
const entries = tags.flatMap((tag) => ids().map((id): Entry => [tag, id]))

type Entry = readonly [tag: string, id: number]

function ids(): number[] {
  return Array.from({ length: recordCount }, (_, id) => id)
}

interface Tagged {
  readonly id: number
  readonly tags: readonly string[]
  readonly bytes: Uint8Array
}

interface Found {
  readonly key: string
  readonly primaryKey: number
  readonly value: Tagged
}

/** The platform's types may lack it. */
interface WithGetAllRecords {
  getAllRecords(options: { direction: IDBCursorDirection }): IDBRequest<Found[]>
}

let database: IDBDatabase
/** The sizes of what the owner has sent. */
let sent: number[] = []
/** What the client has yet to be given; null: it is given all at once. */
let held: (() => void)[] | null = null

beforeEach(async () => {
  const { port1, port2 } = new MessageChannel()
  const postMessage = port1.postMessage.bind(port1) as (...args: unknown[]) => void
  port1.postMessage = (...args: unknown[]) => {
    sent.push(new ParcelReader(args[0]).sizeBytes)
    if (held) held.push(() => postMessage(...args))
    else postMessage(...args)
  }
  serve(port1, createIndexedDB({ vfs: memory() }))
  database = await openDatabase(createIndexedDB({ port: port2 }), (it) => {
    it.createObjectStore('s', { keyPath: 'id' }).createIndex('tags', 'tags', { multiEntry: true })
  })
  const transaction = database.transaction('s', 'readwrite')
  const bytes = new Uint8Array(10 * 1024)
  for (const id of ids()) transaction.objectStore('s').put({ id, tags, bytes })
  await completion(transaction)
  sent = []
})
afterEach(() => {
  held = null
  database.close()
})

const index = (): IDBIndex => database.transaction('s').objectStore('s').index('tags')
const sum = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0)

async function recordsOf(direction: IDBCursorDirection): Promise<Entry[]> {
  const source = index() as unknown as WithGetAllRecords
  const found = await resultOf(source.getAllRecords({ direction }))
  expect(found.every(({ primaryKey, value }) => value.id === primaryKey)).toBe(true)
  return found.map(({ key, primaryKey }): Entry => [key, primaryKey])
}

async function valuesOf(query?: IDBKeyRange | string): Promise<number[]> {
  const values = (await resultOf(index().getAll(query))) as Tagged[]
  return values.map(({ id }) => id)
}

const idsOf = (list: readonly Entry[]): number[] => list.map(([, id]) => id)

describe('a multi-entry index over a port', () => {
  test.each<[title: string, read: () => Promise<unknown>, expected: unknown]>([
    ['getAll()', () => valuesOf(), idsOf(entries)],
    ['getAll() of one key', () => valuesOf('b'), ids()],
    [
      'getAll() of a range',
      () => valuesOf(IDBKeyRange.bound('a', 'c', true)),
      idsOf(entries.slice(recordCount)),
    ],
    ['getAllRecords()', () => recordsOf('next'), entries],
    ['getAllRecords(), backwards', () => recordsOf('prev'), entries.toReversed()],
  ])('is read by %s in pieces', async (_title, read, expected) => {
    expect(await read()).toEqual(expected)
    expect(Math.max(...sent)).toBeLessThan(longestPiece)
  })

  test('is sent no further ahead than a client has read', async () => {
    const reading = valuesOf()
    held = []
    await expect.poll(() => sum(sent), { timeout: 30_000 }).toBeGreaterThan(4 * MiB)
    // Turns in which more would come.
    for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(sum(sent)).toBeLessThan(5 * MiB)
    const late = held
    held = null
    for (const post of late) post()
    expect(await reading).toEqual(idsOf(entries))
    expect(Math.max(...sent)).toBeLessThan(longestPiece)
  })

  test.each(['nextunique', 'prevunique'] as const)(
    'gives one record of each key, %s',
    async (direction) => {
      const firsts = tags.map((tag): Entry => [tag, 0])
      const expected = direction === 'nextunique' ? firsts : firsts.toReversed()
      expect(await recordsOf(direction)).toEqual(expected)
    },
  )
})
