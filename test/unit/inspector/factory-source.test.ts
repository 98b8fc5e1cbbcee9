import { expect, test } from 'vitest'
import { readRange } from '../../../inspector/source/key-range-text.ts'
import { type FactorySource, factorySource } from '../../../inspector/source/factory-source.ts'
import type { Page, PageRequest, Source } from '../../../inspector/source/source.ts'
import { createIndexedDB, IDBKeyRange } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { eventually } from '../../kit/eventually.ts'

/** 25 records with keys 1 to 25, of three colours. */
async function colours(): Promise<{ source: FactorySource; indexedDB: IDBFactory }> {
  const indexedDB = createIndexedDB({ vfs: memory() }) as unknown as IDBFactory
  const request = indexedDB.open('colours', 1)
  await new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error ?? new Error('failed'))
    request.onsuccess = () => resolve(request.result.close())
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore('things', { keyPath: 'id' })
      store.createIndex('by colour', 'colour')
      for (let id = 1; id <= 25; id++) store.put({ id, colour: ['blue', 'green', 'red'][id % 3] })
    }
  })
  const KeyRange = IDBKeyRange as unknown as typeof globalThis.IDBKeyRange
  return {
    indexedDB,
    source: factorySource({ indexedDB, IDBKeyRange: KeyRange, isWritable: true }),
  }
}

const request: PageRequest = {
  database: 'colours',
  store: 'things',
  index: null,
  range: null,
  direction: 'next',
  after: null,
  limit: 10,
}

/** The primary keys of all pages, page by page. */
async function pages(source: Source, asked: PageRequest): Promise<unknown[][]> {
  const all: unknown[][] = []
  let page: Page | null = null
  do {
    const after = page?.rows.at(-1) ?? null
    page = await source.page({ ...asked, after })
    all.push(page.rows.map(({ primaryKey }) => primaryKey))
  } while (page.hasMore)
  return all
}

const upwards = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

test('pages follow each other by position, and the last says that it is', async () => {
  const { source } = await colours()
  expect(await pages(source, request)).toEqual([upwards(1, 10), upwards(11, 20), upwards(21, 25)])
})

test('pages go backwards from the end', async () => {
  const { source } = await colours()
  const found = await pages(source, { ...request, direction: 'prev' })
  expect(found.flat()).toEqual(upwards(1, 25).reverse())
})

test.each(['next', 'prev'] as const)(
  'pages of an index end and begin among equal keys, in direction %s',
  async (direction) => {
    const { source } = await colours()
    const asked: PageRequest = { ...request, index: 'by colour', direction, limit: 3 }
    const sorted = upwards(1, 25).sort((a, b) => (a % 3) - (b % 3) || a - b)
    const expected = direction === 'next' ? sorted : sorted.reverse()
    expect((await pages(source, asked)).flat()).toEqual(expected)
  },
)

test.each([
  ['3..5', [3, 4, 5]],
  ['>= 24', [24, 25]],
  ['>24', [25]],
  ['< 3', [1, 2]],
  ['..2', [1, 2]],
  ['7', [7]],
  ['"7"', []],
])('the filter %s finds the keys %j, and counts them', async (text, keys) => {
  const { source } = await colours()
  const asked = { ...request, range: readRange(text) }
  expect((await pages(source, asked)).flat()).toEqual(keys)
  expect(await source.count(asked)).toBe(keys.length)
})

test('a filter and a position hold together', async () => {
  const { source } = await colours()
  const asked = { ...request, limit: 2, range: readRange('3..8') }
  expect(await pages(source, asked)).toEqual([
    [3, 4],
    [5, 6],
    [7, 8],
  ])
})

test('looking at a database that is not there creates none', async () => {
  const { source, indexedDB } = await colours()
  await expect(source.schema('other')).rejects.toThrow('Database "other" is not there any more')
  expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(['colours'])
})

test('a value that is put has to keep the key of the record', async () => {
  const { source } = await colours()
  const place = { database: 'colours', store: 'things', key: 4 }
  await expect(source.put(place, { id: 400 })).rejects.toThrow('The value has another key')
  expect(await source.record({ ...place, key: 400 })).toBe(null)
  await source.put(place, { id: 4, colour: { $: 'Date', value: null } })
  expect((await source.record(place))?.value).toEqual({ id: 4, colour: { $: 'Date', value: null } })
})

test('a value with another key is refused as that, though its own record is in its way in a unique index', async () => {
  const { source, indexedDB } = await colours()
  const request = indexedDB.open('colours', 2)
  request.onupgradeneeded = () => {
    const things = request.transaction?.objectStore('things')
    things?.createIndex('unique', 'code', { unique: true })
    for (const id of [4, 5]) things?.put({ id, code: `c${id}` })
  }
  await new Promise((resolve) => (request.onsuccess = resolve))
  request.result.close()
  const place = { database: 'colours', store: 'things', key: 4 }
  const moved = source.put(place, { id: 400, code: 'c4' })
  await expect(moved).rejects.toThrow('The value has another key')
  await expect(source.put(place, { id: 4, code: 'c5' })).rejects.toMatchObject({
    name: 'ConstraintError',
  })
  expect((await source.record(place))?.value).toEqual({ id: 4, code: 'c4' })
  await source.put(place, { id: 4, code: 'c6' })
  expect((await source.record(place))?.value).toEqual({ id: 4, code: 'c6' })
})

test('a record that is removed is gone', async () => {
  const { source } = await colours()
  await source.remove({ database: 'colours', store: 'things', key: 1 })
  expect(await source.count(request)).toBe(24)
})

test('an open view stands in the way of no upgrade', async () => {
  const { source, indexedDB } = await colours()
  await source.schema('colours')
  const upgrade = indexedDB.deleteDatabase('colours')
  await new Promise((resolve) => (upgrade.onsuccess = resolve))
  expect(await source.databases()).toEqual([])
})

test('a source that is closed opens no connection any more, which could stand in the way', async () => {
  const { indexedDB, source } = await colours()
  await source.page(request)
  await source.close()
  await expect(source.page(request)).rejects.toThrow('The view is closed')
  const place = { database: 'colours', store: 'things', index: null, range: null }
  await expect(source.count(place)).rejects.toThrow('The view is closed')
  const deletion = indexedDB.deleteDatabase('colours')
  await new Promise((resolve) => (deletion.onsuccess = resolve))
  expect(await indexedDB.databases()).toEqual([])
})

test('sizes count all, and say from how many records they are estimated', async () => {
  const { source } = await colours()
  const sizes = await source.sizes('colours')
  expect(sizes.map(({ index, count, sampled }) => [index, count, sampled])).toEqual([
    [null, 25, 25],
    ['by colour', 25, 25],
  ])
  // Of a store with few records, all are looked at: it takes what they take together.
  const { rows } = await source.page({ ...request, limit: 25 })
  const sum = rows.reduce((bytes, row) => bytes + row.bytes, 0)
  expect(sizes[0]?.bytes).toBe(sum)
  expect(sizes[1]?.bytes).toBeGreaterThan(0)
})

test('what others and the view itself commit is told, and noted', async () => {
  const { source, indexedDB } = await colours()
  expect(await source.activity('colours')).toBe(null)
  await source.schema('colours')
  expect(await source.activity('colours')).toMatchObject({
    latest: [],
    seconds: [],
    missedMs: null,
  })
  let told = 0
  const end = source.watch(() => told++)
  const request = indexedDB.open('colours')
  await new Promise((resolve) => (request.onsuccess = resolve))
  const store = request.result.transaction('things', 'readwrite').objectStore('things')
  store.put({ id: 26, colour: 'blue' })
  store.delete(1)
  await eventually(() => expect(told).toBe(1))
  await source.remove({ database: 'colours', store: 'things', key: 2 })
  await eventually(() => expect(told).toBe(2))
  const activity = await source.activity('colours')
  expect(activity?.latest).toMatchObject([
    { stores: [{ store: 'things', changes: 1 }], isOwn: true, tookMs: expect.any(Number) },
    { stores: [{ store: 'things', changes: 2 }], isOwn: false, tookMs: null },
  ])
  expect(activity?.seconds.reduce((sum, { changes }) => sum + changes, 0)).toBe(3)
  end()
})
