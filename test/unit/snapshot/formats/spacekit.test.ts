import { expect, test } from 'vitest'
import { importDatabase } from '../../../../src/snapshot.ts'
import {
  fromSpacekit,
  type LostType,
  type SpacekitLoss,
  type SpacekitOptions,
} from '../../../../src/snapshot-formats.ts'
import { resultOf } from '../../../kit/promises.ts'
import { inMemory, open, streamOf } from '../databases.ts'

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** The key as spacekit-js writes it. */
function keyOf(key: IDBValidKey): Uint8Array {
  if (typeof key === 'number') return Uint8Array.of(0x10, ...numberBits(key))
  if (key instanceof Date) return Uint8Array.of(0x20, ...flipped(doubleBits(key.getTime())))
  if (typeof key === 'string') return Uint8Array.of(0x30, ...new TextEncoder().encode(key), 0)
  if (key instanceof ArrayBuffer) return Uint8Array.of(0x40, ...new Uint8Array(key), 0)
  const parts = (key as IDBValidKey[]).map(keyOf)
  return Uint8Array.of(0x50, ...parts.flatMap((it) => [0, 0, 0, it.length, ...it]))
}

function doubleBits(number: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, number)
  return bytes
}

const flipped = ([first = 0, ...others]: Uint8Array): number[] => [first ^ 0x80, ...others]
const numberBits = (number: number): number[] => {
  const bits = doubleBits(number)
  return number < 0 || Object.is(number, -0) ? [...bits].map((it) => it ^ 0xff) : flipped(bits)
}

/** The line for a record; `value` undefined: for its deletion. */
function line(store: string, key: IDBValidKey, value?: unknown): string {
  const at = { store, key: hexOf(keyOf(key)) }
  if (value === undefined) return JSON.stringify({ op: 'del', ...at })
  return JSON.stringify({ op: 'put', ...at, value: JSON.stringify(value) })
}

/** The records of its stores, as `[key, value]`, and what was said to be lost. */
async function imported(
  wal: string,
  { schema, ...options }: SpacekitOptions & { schema?: unknown } = {},
) {
  const losses: SpacekitLoss[] = []
  const files = {
    name: 'd',
    wal: streamOf(wal, 50),
    version: '3',
    schema: schema === undefined ? undefined : JSON.stringify(schema),
  }
  const exported = fromSpacekit(files, { onLoss: (it) => losses.push(it), ...options })
  const to = inMemory()
  await importDatabase(exported, { indexedDB: to })
  const database = await open(to, 'd')
  const records: Record<string, unknown> = {}
  for (const name of database.objectStoreNames) {
    const store = database.transaction(name).objectStore(name)
    const [keys, values] = [resultOf(store.getAllKeys()), resultOf(store.getAll())]
    const all = await values
    records[name] = (await keys).map((key, i) => [key, all[i]])
  }
  const { version } = database
  database.close()
  return { version, records, losses }
}

const out = [{ name: 's', keyPath: null, autoIncrement: false }]

test('keys of every type come back as they were, in their order', async () => {
  const keys = [
    -1.5,
    0,
    1,
    1e300,
    new Date(-5),
    new Date(7),
    '',
    'é',
    Uint8Array.of(0, 255).buffer,
    [1, ['b']],
  ]
  const wal = keys
    .map((key) => line('s', key, 'v'))
    .reverse()
    .join('\n')
  const { records, version } = await imported(`${wal}\n`, { schema: out })
  expect(version).toBe(3)
  expect(records['s']).toEqual(keys.map((key) => [key, 'v']))
})

test('the log is applied in order', async () => {
  const lines = [line('s', 1, 'a'), line('s', 2, 'b'), line('s', 1), line('s', 2, { c: [null] })]
  const { records, losses } = await imported(lines.join('\n'), { schema: out })
  expect(records).toEqual({ s: [[2, { c: [null] }]] })
  expect(losses).toEqual([])
})

test('a line that was cut off is passed over, and the one glued to it is read', async () => {
  const cut = line('s', 1, '{"op":"put"').slice(0, -9)
  const { records, losses } = await imported(
    [line('s', 0, 'a'), cut + line('s', 2, 'b'), 'x', line('s', 3, 'c').slice(0, -2)].join('\n'),
    { schema: out },
  )
  expect(records).toEqual({
    s: [
      [0, 'a'],
      [2, 'b'],
    ],
  })
  expect(losses.map(({ reason }) => reason)).toEqual([
    'line 2: it is damaged',
    'line 3: it is damaged',
    'line 4: it is damaged',
  ])
})

test('keys that are none are left out, and said to be; of -0 and 0 the last is kept', async () => {
  const wal = [
    line('s', NaN, 'a'),
    line('s', -0, 'b'),
    line('s', 0, 'c'),
    line('s', new Date(NaN), 'd'),
  ]
  const { records, losses } = await imported(wal.join('\n'), { schema: out })
  expect(records).toEqual({ s: [[0, 'c']] })
  expect(losses).toEqual([
    { store: 's', reason: 'line 1: its key is none' },
    { store: 's', reason: 'line 4: its key is none' },
  ])
})

test('in-line keys get the types that JSON has taken from them', async () => {
  const schema = [
    { name: 'dated', keyPath: 'at', autoIncrement: false },
    { name: 'paired', keyPath: ['a', 'b'], autoIncrement: false },
  ]
  const at = new Date(5)
  const lines = [
    line('dated', at, { at, x: 1 }),
    line('dated', 'k', 'no object'),
    line('paired', 1, { a: 1, b: 'x' }),
    line('paired', 2, { a: 2 }),
  ]
  const { records, losses } = await imported(lines.join('\n'), { schema })
  expect(records).toEqual({
    dated: [[at, { at, x: 1 }]],
    paired: [[[1, 'x'], { a: 1, b: 'x' }]],
  })
  expect(losses).toEqual([
    { store: 'dated', key: 'k', reason: 'its value has no place for its key' },
    { store: 'paired', key: 2, reason: 'its value has no key at "b"' },
  ])
})

test('a store that the schema has forgotten is there without its key path', async () => {
  for (const schema of [[], undefined, 'broken']) {
    const { records, losses } = await imported(line('s', 1, 'a'), { schema })
    expect(records).toEqual({ s: [[1, 'a']] })
    expect(losses).toEqual([
      { store: 's', reason: 'its key path is not known any more: it gets none' },
    ])
  }
})

test('each place where JSON may have lost a type is told, and gets what is given for it', async () => {
  const value = {
    at: new Date(5),
    bytes: Uint8Array.of(1, 2),
    'a b': [new Map([[1, 2]]), NaN],
    text: '2026-01-31',
    list: { 0: 1, 2: 3 },
  }
  const told: LostType[] = []
  const restore = (it: LostType): unknown => {
    told.push(it)
    return it.restored
  }
  const { records } = await imported(line('s', 'k', value), { schema: out, restore })
  const { at, bytes, text, list } = value
  expect(records['s']).toEqual([['k', { at, bytes, 'a b': [{}, null], text, list }]])
  expect(told.map(({ key, path, likely }) => [key, path, likely])).toEqual([
    ['k', 'value.at', 'Date'],
    ['k', 'value.bytes', 'Uint8Array'],
    ['k', 'value["a b"][0]', 'Map, Set, Blob, ArrayBuffer or {}'],
    ['k', 'value["a b"][1]', 'NaN, Infinity or null'],
  ])
})

test.each<[string, string]>([
  ['bytes of anything', '\u0000\ufffdPNG\n\u0001garbage\n'],
  ['JSON of others', '{"a":1}\n[2]\n'],
])('a log of %s is refused by its name', async (_, text) => {
  const losses: SpacekitLoss[] = []
  const given = { name: 'shop', wal: streamOf(text) }
  const stream = fromSpacekit(given, { onLoss: (it) => losses.push(it) })
  const to = inMemory()
  await expect(importDatabase(stream, { indexedDB: to })).rejects.toMatchObject({
    name: 'DataError',
    message: expect.stringMatching(/^"shop\.wal" is no log of spacekit-js/) as string,
    cause: { code: 'ERR_IDB_FOREIGN_FILE' },
  })
  expect(await to.databases()).toEqual([])
})

test.each<[string, string, number]>([
  ['no line', '', 0],
  ['one line that was cut off', line('s', 1, 'x').slice(0, 20), 1],
])('a log of %s is one without records', async (_, text, count) => {
  const losses: SpacekitLoss[] = []
  const given = { name: 'shop', wal: streamOf(text) }
  const stream = fromSpacekit(given, { onLoss: (it) => losses.push(it) })
  expect(await importDatabase(stream, { indexedDB: inMemory() })).toMatchObject({ records: 0 })
  expect(losses).toHaveLength(count)
})
