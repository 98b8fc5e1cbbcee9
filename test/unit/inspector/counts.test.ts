import { expect, test, vi } from 'vitest'
import { countRecords } from '../../../inspector/source/count-records.ts'
import type { CountRequest, Source } from '../../../inspector/source/source.ts'
import { withPatientCounts } from '../../../inspector/view/patient-counts.ts'
import { createIndexedDB, IDBKeyRange } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { eventually } from '../../kit/eventually.ts'

const KeyRange = IDBKeyRange as unknown as typeof globalThis.IDBKeyRange
const all = { lower: null, upper: null }

/** Records with the keys 1 to 45,000: the colour of all up to 25,000 is red, of the others blue. */
async function manyRecords(): Promise<{ database: IDBDatabase; indexedDB: IDBFactory }> {
  const indexedDB = createIndexedDB({ vfs: memory() }) as unknown as IDBFactory
  const request = indexedDB.open('many', 1)
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore('things')
    store.createIndex('by colour', 'colour')
    for (let id = 1; id <= 45_000; id++) store.put({ colour: id <= 25_000 ? 'red' : 'blue' }, id)
  }
  await new Promise((resolve, reject) => {
    request.onsuccess = resolve
    request.onerror = reject
  })
  return { database: request.result, indexedDB }
}

test('records are counted in pieces, within bounds and among equal keys', async () => {
  const { database, indexedDB } = await manyRecords()
  const tools = { KeyRange, cmp: indexedDB.cmp.bind(indexedDB) }
  const store = (): IDBObjectStore => database.transaction('things').objectStore('things')
  const index = (): IDBIndex => store().index('by colour')
  expect(await countRecords(store, all, tools)).toBe(45_000)
  expect(await countRecords(index, all, tools)).toBe(45_000)
  const bounds = { lower: { key: 10, isOpen: true }, upper: { key: 40_010, isOpen: true } }
  expect(await countRecords(store, bounds, tools)).toBe(39_999)
  const red = { key: 'red', isOpen: false }
  expect(await countRecords(index, { lower: red, upper: red }, tools)).toBe(25_000)
  expect(await countRecords(index, { lower: null, upper: { ...red, isOpen: true } }, tools)).toBe(
    20_000,
  )
})

const things: CountRequest = { database: 'many', store: 'things', index: null, range: null }
const others: CountRequest = { ...things, store: 'others' }

/** A source that answers when it is told to, and notes what it is asked. */
function steered() {
  const asked: string[] = []
  const answers: ((answer: never) => void)[] = []
  const ask = (what: string): Promise<never> => {
    asked.push(what)
    return new Promise((resolve) => answers.push(resolve))
  }
  let changed = (): void => {}
  // What the counts do not use is left out.
  const source = {
    page: () => ask('page'),
    count: ({ store }: CountRequest) => ask(`count ${store}`),
    watch: (listener: () => void) => {
      changed = listener
      return () => {}
    },
  } as unknown as Source
  const answer = (value: unknown): void => answers.shift()?.(value as never)
  return { source: withPatientCounts(source), asked, answer, change: () => changed() }
}

/** Resolves when timers that were due have fired. */
const timers = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

test('counts wait for pages, come one at a time, the last asked first', async () => {
  const { source, asked, answer } = steered()
  const page = source.page({ ...things, direction: 'next', after: null, limit: 1 })
  const [count, other] = [source.count(things), source.count(others)]
  await timers()
  expect(asked).toEqual(['page'])
  answer('rows')
  await page
  await eventually(() => expect(asked).toEqual(['page', 'count others']))
  answer(2)
  expect(await other).toBe(2)
  await eventually(() => expect(asked).toEqual(['page', 'count others', 'count things']))
  answer(1)
  expect(await count).toBe(1)
})

test('the same is counted again only once something has changed', async () => {
  const { source, asked, answer, change } = steered()
  source.watch(() => {})
  const [count, same] = [source.count(things), source.count(things)]
  await eventually(() => expect(asked).toEqual(['count things']))
  answer(1)
  expect(await Promise.all([count, same, source.count(things)])).toEqual([1, 1, 1])
  change()
  const again = source.count(things)
  await eventually(() => expect(asked).toEqual(['count things', 'count things']))
  answer(2)
  expect(await again).toBe(2)
})

test('a view that is closed counts nothing more and leaves no timer, and one that is opened again counts', async () => {
  vi.useFakeTimers()
  try {
    const { source, asked, answer } = steered()
    const end = source.watch(() => {})
    const [resting, waiting] = [source.count(things), source.count(others)]
    const given = Promise.allSettled([resting, waiting])
    expect(vi.getTimerCount()).toBe(2)
    end()
    expect(vi.getTimerCount()).toBe(0)
    expect((await given).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(asked).toEqual([])
    const again = source.count(things)
    await vi.advanceTimersByTimeAsync(0)
    answer(1)
    expect(await again).toBe(1)
  } finally {
    vi.useRealTimers()
  }
})
