import { expect, test } from 'vitest'
import { importDatabase, type Loss } from '../../../../src/snapshot.ts'
import { fromDexie } from '../../../../src/snapshot-formats.ts'
import { resultOf } from '../../../kit/promises.ts'
import { inMemory, open, streamOf } from '../databases.ts'

interface Table {
  readonly schema: string
  readonly inbound: boolean
  readonly rows: readonly unknown[]
}

/** The file of an export, as dexie-export-import 4.4.0 writes it. */
function fileOf(tables: Readonly<Record<string, Table>>): string {
  const all = Object.entries(tables)
  const data = {
    databaseName: 'd',
    databaseVersion: 3,
    tables: all.map(([name, { schema, rows }]) => ({ name, schema, rowCount: rows.length })),
    data: all.map(([tableName, { inbound, rows }]) => ({ tableName, inbound, rows })),
  }
  return JSON.stringify({ formatName: 'dexie', formatVersion: 1, data })
}

async function imported(tables: Readonly<Record<string, Table>>) {
  const losses: Loss[] = []
  const to = inMemory()
  const exported = fromDexie(streamOf(fileOf(tables), 100), { onLoss: (it) => losses.push(it) })
  await importDatabase(exported, { indexedDB: to })
  return { database: await open(to, 'd'), losses }
}

/** A row of a table whose keys are not in its values: what `encoded` is, with its types by their paths. */
const rowOf = (encoded: unknown, types: Readonly<Record<string, string>>): unknown => ({
  $: ['k', encoded],
  $types: { $: { '': 'arrayNonindexKeys', ...types } },
})

const out = (row: unknown): Readonly<Record<string, Table>> => ({
  s: { schema: '', inbound: false, rows: [row] },
})

test.each<[string, unknown, Readonly<Record<string, string>>, unknown]>([
  ['undefined', { v: 0 }, { '1.v': 'undef' }, { v: undefined }],
  ['undefined alone', 0, { '1': 'undef' }, undefined],
  ['a date', { v: 5 }, { '1.v': 'date' }, { v: new Date(5) }],
  ['an invalid date', { v: 'NaN' }, { '1.v': 'date' }, { v: new Date(NaN) }],
  ['NaN', { v: 'NaN' }, { '1.v': 'nan' }, { v: NaN }],
  ['an infinity', { v: '-Infinity' }, { '1.v': 'negativeInfinity' }, { v: -Infinity }],
  ['a bigint', { v: '12' }, { '1.v': 'bigint' }, { v: 12n }],
  ['a RegExp', { v: { source: 'a+', flags: 'gi' } }, { '1.v': 'regexp' }, { v: /a+/gi }],
  ['a Number object', { v: 5 }, { '1.v': 'NumberObject' }, { v: Object(5) }],
  [
    'a Map with dates and sets in it',
    {
      v: [
        [1, 7],
        ['x', [1]],
      ],
    },
    {
      '1.v': 'map',
      '1.v.0': 'arrayNonindexKeys',
      '1.v.0.1': 'date',
      '1.v.1': 'arrayNonindexKeys',
      '1.v.1.1': 'set',
    },
    {
      v: new Map<unknown, unknown>([
        [1, new Date(7)],
        ['x', new Set([1])],
      ]),
    },
  ],
  [
    'a hole',
    { v: [1, 0, 3] },
    { '1.v': 'arrayNonindexKeys', '1.v.1': 'sparseUndefined' },
    { v: Object.assign([1], { 2: 3 }) },
  ],
  ['an ArrayBuffer', { v: 'CQ==' }, { '1.v': 'arraybuffer' }, { v: Uint8Array.of(9).buffer }],
  [
    'a part of a buffer',
    { v: { buffer: 'AQID', byteOffset: 1, length: 2 } },
    { '1.v': 'uint8array2', '1.v.buffer': 'arraybuffer' },
    { v: Uint8Array.of(2, 3) },
  ],
  [
    'numbers of 64 bits',
    { v: { buffer: 'AAAAAAAA+D8=', byteOffset: 0, length: 1 } },
    { '1.v': 'float64array2', '1.v.buffer': 'arraybuffer' },
    { v: Float64Array.of(1.5) },
  ],
  [
    'a DataView',
    { v: { encoded: 'AQI=', byteOffset: 0, byteLength: 2 } },
    { '1.v': 'dataview' },
    { v: new DataView(Uint8Array.of(1, 2).buffer) },
  ],
  [
    'names with dots and tildes',
    { 'a.b': 1, '~x': 2, $types: 8 },
    { '1.a~1b': 'date', '1.~0x': 'date', '1.$types': 'date' },
    { 'a.b': new Date(1), '~x': new Date(2), $types: new Date(8) },
  ],
  ['text that looks like a path', { v: '#abc' }, {}, { v: '#abc' }],
])('%s comes back', async (_, encoded, types, expected) => {
  const { database, losses } = await imported(out(rowOf(encoded, types)))
  expect(await resultOf(database.transaction('s').objectStore('s').get('k'))).toEqual(expected)
  expect(losses).toEqual([])
  database.close()
})

test('an object that holds itself does so again', async () => {
  const encoded = { v: { n: 1, self: '#1.v', deep: { up: '#1.v' } } }
  const types = { '1.v.self': '#', '1.v.deep.up': '#' }
  const { database } = await imported(out(rowOf(encoded, types)))
  const { v } = await resultOf<{ v: { self: unknown; deep: { up: unknown } } }>(
    database.transaction('s').objectStore('s').get('k'),
  )
  expect(v.self).toBe(v)
  expect(v.deep.up).toBe(v)
  database.close()
})

test('a Blob has its bytes and its type', async () => {
  const row = rowOf({ v: { type: 'text/plain', data: 'dGV4dA==' } }, { '1.v': 'blob2' })
  const { database } = await imported(out(row))
  const { v } = await resultOf<{ v: Blob }>(database.transaction('s').objectStore('s').get('k'))
  expect([v.type, await v.text()]).toEqual(['text/plain', 'text'])
  database.close()
})

test('a type that is not known is left as it is, and told', async () => {
  const { database, losses } = await imported(out(rowOf({ v: 1 }, { '1.v': 'imagebitmap' })))
  expect(await resultOf(database.transaction('s').objectStore('s').get('k'))).toEqual({ v: 1 })
  expect(losses).toEqual([{ store: 's', key: 'k', type: 'imagebitmap' }])
  database.close()
})

test('keys, key paths, indexes and the version are those that Dexie has', async () => {
  const { database } = await imported({
    books: {
      schema: '++id,&isbn,*tags,[a+b],at.x',
      inbound: true,
      rows: [{ id: 1, isbn: 'x', tags: ['a'], $types: { tags: 'arrayNonindexKeys' } }],
    },
    keyed: {
      schema: '',
      inbound: false,
      rows: [
        {
          $: [[1, 1], 5],
          $types: { $: { '0': 'arrayNonindexKeys', '': 'arrayNonindexKeys', '0.1': 'date' } },
        },
      ],
    },
    pairs: { schema: '[x+y]', inbound: true, rows: [{ x: 1, y: 2 }] },
  })
  expect(database.version).toBe(30)
  const transaction = database.transaction(['books', 'keyed', 'pairs'])
  const books = transaction.objectStore('books')
  const indexes = Array.from(books.indexNames, (name) => {
    const { keyPath, unique, multiEntry } = books.index(name)
    return [name, keyPath, unique, multiEntry]
  })
  expect([books.keyPath, books.autoIncrement, indexes]).toEqual([
    'id',
    true,
    [
      ['[a+b]', ['a', 'b'], false, false],
      ['at.x', 'at.x', false, false],
      ['isbn', 'isbn', true, false],
      ['tags', 'tags', false, true],
    ],
  ])
  const store = (name: string): IDBObjectStore => transaction.objectStore(name)
  const read: Promise<unknown>[] = [
    resultOf(store('keyed').getAllKeys()),
    resultOf(store('books').getAll()),
    resultOf(store('pairs').getAllKeys()),
  ]
  expect(await Promise.all(read)).toEqual([
    [[1, new Date(1)]],
    [{ id: 1, isbn: 'x', tags: ['a'] }],
    [[1, 2]],
  ])
  database.close()
})

test.each(['{}', 'null', '{"formatName":"dexie","formatVersion":2,"data":{}}'])(
  '%s is refused',
  async (text) => {
    const exported = fromDexie(streamOf(text))
    await expect(importDatabase(exported, { indexedDB: inMemory() })).rejects.toMatchObject({
      name: 'DataError',
      cause: { code: 'ERR_IDB_FOREIGN_FILE' },
    })
  },
)

test.each([
  ['is cut', fileOf({ t: { schema: 'id', inbound: true, rows: [] } }).slice(0, -9)],
  ['has no tables', '{"formatName":"dexie","formatVersion":1,"data":{}}'],
  ['has a row that is no key and value', fileOf({ t: { schema: '', inbound: false, rows: [5] } })],
])('a file that %s fails with a DataError that says that it is damaged', async (_, text) => {
  const to = inMemory()
  const importing = importDatabase(fromDexie(streamOf(text)), { indexedDB: to })
  await expect(importing).rejects.toMatchObject({
    name: 'DataError',
    cause: { code: 'ERR_IDB_CORRUPT' },
  })
  expect(await to.databases()).toEqual([])
})

const content = (changed: object): string =>
  JSON.stringify({
    formatName: 'dexie',
    formatVersion: 1,
    data: {
      databaseName: 'd',
      databaseVersion: 1,
      tables: [{ name: 's', schema: '', rowCount: 1 }],
      data: [{ tableName: 's', inbound: false, rows: [['k', 1]] }],
      ...changed,
    },
  })

test.each<[string, object]>([
  ['"databaseName" is no string', { databaseName: 5 }],
  ['"databaseVersion" is no version', { databaseVersion: 'x' }],
  ['"tables" is no array', { tables: null }],
  ['table 1 has no name', { tables: [null] }],
  ['the table "s" has no schema', { tables: [{ name: 's' }] }],
  ['the inner "data" is no array', { data: {} }],
  ['"tableName" is missing in part 1', { data: [{ rows: [] }] }],
  ['the table "s" has no array of rows', { data: [{ tableName: 's' }] }],
  ['the table "t" has rows, and is not among', { data: [{ tableName: 't', rows: [] }] }],
  ['row 1 of the table "s": it is no pair', { data: [{ tableName: 's', rows: [5] }] }],
])('of a damaged export it is said that %s', async (message, changed) => {
  const to = inMemory()
  const stream = fromDexie(streamOf(content(changed)))
  await expect(importDatabase(stream, { indexedDB: to })).rejects.toMatchObject({
    name: 'DataError',
    message: expect.stringContaining(message) as string,
    cause: { code: 'ERR_IDB_CORRUPT' },
  })
  expect(await to.databases()).toEqual([])
})

test('a table of which the export has no part has no records', async () => {
  const imported = importDatabase(fromDexie(streamOf(content({ data: [] }))), {
    indexedDB: inMemory(),
  })
  expect(await imported).toEqual({ name: 'd', version: 10, records: 0 })
})
