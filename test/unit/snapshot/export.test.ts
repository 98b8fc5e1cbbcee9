import assert from 'node:assert/strict'
import { expect, test } from 'vitest'
import { diff, exportDatabase, importDatabase } from '../../../src/snapshot.ts'
import { inMemory, listOf, make, namesIn, open, shop, streamOf, textOf } from './databases.ts'

test('A database is the same when its export is imported, key generators included', async () => {
  const [from, to] = [inMemory(), inMemory()]
  await make(from, 'shop', 3, shop)
  const text = await textOf(exportDatabase(from, 'shop'))
  const imported = await importDatabase(streamOf(text), { indexedDB: to })
  expect(imported).toEqual({ name: 'shop', version: 3, records: 7 })
  expect(
    await listOf(diff({ indexedDB: from, name: 'shop' }, { indexedDB: to, name: 'shop' })),
  ).toEqual([])
  const again = await textOf(exportDatabase(to, 'shop'))
  expect(again.split('\n').slice(1)).toEqual(text.split('\n').slice(1))
  expect(JSON.parse(again.split('\n')[0] ?? '').stores).toEqual(
    JSON.parse(text.split('\n')[0] ?? '').stores,
  )
  expect(text).toContain('"nextKey":4')
})

test('An export says what the format has it say', async () => {
  const from = inMemory()
  await make(from, 'small', 2, (database) => {
    database.createObjectStore('log', { autoIncrement: true }).put('opened')
    database.createObjectStore('books', { keyPath: 'isbn' }).put({ isbn: 1 })
  })
  const [header = '', ...lines] = (await textOf(exportDatabase(from, 'small'))).split('\n')
  expect(JSON.parse(header)).toEqual({
    format: 'idb-everywhere',
    version: 1,
    exported: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    database: { name: 'small', version: 2 },
    stores: [
      { name: 'books', keyPath: 'isbn', autoIncrement: false, count: 1, indexes: [] },
      { name: 'log', keyPath: null, autoIncrement: true, nextKey: 2, count: 1, indexes: [] },
    ],
  })
  expect(lines).toEqual([
    '{"s":0,"v":{"isbn":1}}',
    '{"s":1,"k":1,"v":"opened"}',
    '{"end":true,"counts":[1,1]}',
    '',
  ])
})

test('An export of a database without stores, or of many records in pieces, is whole', async () => {
  const from = inMemory()
  await make(from, 'empty', 1, () => undefined)
  await make(from, 'many', 1, (database) => {
    const store = database.createObjectStore('s')
    for (let i = 0; i < 3000; i++) store.put('x'.repeat(i % 500), i)
  })
  const to = inMemory()
  for (const name of ['empty', 'many']) {
    await importDatabase(exportDatabase(from, name), { indexedDB: to })
    expect(await listOf(diff({ indexedDB: from, name }, { indexedDB: to, name }))).toEqual([])
  }
})

test('An export has one state of the database, whatever is written meanwhile, and lets an upgrade wait no longer', async () => {
  const from = inMemory()
  await make(from, 'd', 1, (database) => {
    const store = database.createObjectStore('s')
    for (let i = 0; i < 100; i++) store.put('x'.repeat(10_000), i)
  })
  const reader = exportDatabase(from, 'd').getReader()
  const pieces = [await reader.read()]
  const writer = await open(from, 'd')
  writer.transaction('s', 'readwrite').objectStore('s').clear()
  writer.close()
  const upgraded = open(from, 'd', 2)
  for (let it = await reader.read(); !it.done; it = await reader.read()) pieces.push(it)
  const text = pieces.map((it) => new TextDecoder().decode(it.value)).join('')
  expect(text.trimEnd().split('\n').at(-1)).toBe('{"end":true,"counts":[100]}')
  expect((await upgraded).version).toBe(2)
})

test('An export of a database that there is not fails, and makes none', async () => {
  const from = inMemory()
  await assert.rejects(textOf(exportDatabase(from, 'none')), { name: 'NotFoundError' })
  expect(await namesIn(from)).toEqual([])
  await make(from, 'library', 1, () => undefined)
  await assert.rejects(textOf(exportDatabase(from, 'libary')), {
    message: 'There is no database "libary" to be read; did you mean "library"? There is "library"',
  })
})

test('An export that is aborted or cancelled lets go of the database', async () => {
  const from = inMemory()
  await make(from, 'shop', 1, shop)
  const controller = new AbortController()
  const stream = exportDatabase(from, 'shop', {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  })
  await assert.rejects(textOf(stream), /enough/)
  const cancelled = exportDatabase(from, 'shop').getReader()
  await cancelled.read()
  await cancelled.cancel()
  const upgraded = await open(from, 'shop', 2)
  expect(upgraded.version).toBe(2)
})

test('An export tells how far it is', async () => {
  const from = inMemory()
  await make(from, 'shop', 1, shop)
  const told: unknown[] = []
  const text = await textOf(exportDatabase(from, 'shop', { onProgress: (it) => told.push(it) }))
  expect(told.at(-1)).toEqual({ records: 7, total: 7, bytes: text.length })
})

test('An export counts bytes, of which a letter may take several, and those of a database without records', async () => {
  const from = inMemory()
  await make(from, 'größer', 1, (database) => void database.createObjectStore('s').put('é€😀', 1))
  await make(from, 'leer', 1, () => undefined)
  for (const [name, records] of [
    ['größer', 1],
    ['leer', 0],
  ] as const) {
    const told: unknown[] = []
    const stream = exportDatabase(from, name, { onProgress: (it) => told.push(it) })
    const { byteLength } = await new Response(stream).arrayBuffer()
    expect(told.at(-1)).toEqual({ records, total: records, bytes: byteLength })
  }
})

test.each([3_000, 100_000])(
  'A value nested %d deep is exported, imported and compared',
  async (depth) => {
    const [from, to] = [inMemory(), inMemory()]
    let value: unknown = 'innermost'
    for (let i = 0; i < depth; i++) value = [value]
    await make(from, 'deep', 1, (database) => void database.createObjectStore('x').put(value, 'k'))
    const text = await textOf(exportDatabase(from, 'deep'))
    expect(text.split('\n')[1]?.length).toBe('{"s":0,"k":"k","v":"innermost"}'.length + 2 * depth)
    await importDatabase(streamOf(text, 65_536), { indexedDB: to })
    const [a, b] = [from, to].map((indexedDB) => ({ indexedDB, name: 'deep' }))
    assert(a && b)
    expect(await listOf(diff(a, b))).toEqual([])
  },
)
