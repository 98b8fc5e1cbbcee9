import { describe, expect, test } from 'vitest'
import { diff, importDatabase, type Loss } from '../../../../src/snapshot.ts'
import {
  fromStorageState,
  type PlaywrightDatabase,
  type StorageState,
  toStorageState,
} from '../../../../src/snapshot-formats.ts'
import type { IDBDatabase } from '../../../../src/index.ts'
import { inMemory, listOf, make, shop, textOf } from '../databases.ts'

const stateOf = (indexedDB: readonly PlaywrightDatabase[]): StorageState => ({
  origins: [{ origin: 'https://a.test', indexedDB }],
})

/** As it is in the file that Playwright writes. */
const throughJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value

/** Values of each type that Playwright has a form for. */
function everyForm(database: IDBDatabase): void {
  const store = database.createObjectStore('s')
  const shared = { x: 1 }
  const circle: Record<string, unknown> = { shared, again: [shared] }
  circle['self'] = circle
  const values = [
    0,
    '',
    false,
    null,
    undefined,
    NaN,
    -0,
    -Infinity,
    12n,
    new Date(5),
    new Date(NaN),
    /a+/gi,
    [1, [undefined]],
    { a: { b: 'c' } },
    circle,
    new Map<unknown, unknown>([[new Date(1), shared]]),
    new Set([1, 'a']),
    Uint8Array.of(1, 2, 3).subarray(1),
    new BigInt64Array([5n]),
    Uint8Array.of(9).buffer,
    { ['__proto__']: 1, $: 2 },
  ]
  values.forEach((value, i) => store.put(value, i))
  store.put(new RangeError('m'), 'error')
  for (const key of [0, new Date(5), [1, new Date(6)], Uint8Array.of(7).buffer])
    store.put('v', [key])
}

describe('a storage state', () => {
  test('has all of a database, and gives it back', async () => {
    const [from, to] = [inMemory(), inMemory()]
    await make(from, 'd', 4, everyForm)
    const [database] = throughJson(await toStorageState(from))
    await importDatabase(fromStorageState(stateOf(database ? [database] : [])), { indexedDB: to })
    const differences = await listOf(
      diff({ indexedDB: from, name: 'd' }, { indexedDB: to, name: 'd' }),
    )
    // A view is on a buffer of its own there, with what it shows alone.
    expect(differences.map((it) => (it.type === 'record' ? [it.key, it.b] : it))).toEqual([
      [17, Uint8Array.of(2, 3)],
    ])
  })

  test('has stores and indexes as Playwright names them, and plain values as they are', async () => {
    const from = inMemory()
    await make(from, 'd', 2, (database) => {
      const store = database.createObjectStore('s', { keyPath: ['a', 'b'] })
      store.createIndex('i', 'c', { unique: true })
      store.createIndex('j', ['c', 'd'])
      store.put({ a: 1, b: 'x', list: [null, true] })
      database.createObjectStore('t', { autoIncrement: true }).put(new Date(5))
    })
    expect(throughJson(await toStorageState(from, { names: ['d'] }))).toEqual([
      {
        name: 'd',
        version: 2,
        stores: [
          {
            name: 's',
            autoIncrement: false,
            keyPathArray: ['a', 'b'],
            records: [{ value: { a: 1, b: 'x', list: [null, true] } }],
            indexes: [
              { name: 'i', keyPath: 'c', unique: true, multiEntry: false },
              { name: 'j', keyPathArray: ['c', 'd'], unique: false, multiEntry: false },
            ],
          },
          {
            name: 't',
            autoIncrement: true,
            records: [{ key: 1, valueEncoded: { d: '1970-01-01T00:00:00.005Z' } }],
            indexes: [],
          },
        ],
      },
    ])
  })

  test('tells of what Playwright has no form for, and fails without being asked to', async () => {
    const from = inMemory()
    await make(from, 'shop', 3, shop)
    const losses: Loss[] = []
    await toStorageState(from, { onLoss: (it) => losses.push(it) })
    expect(losses).toEqual([{ store: 'misc', key: Uint8Array.of(1, 2).buffer, type: 'Blob' }])
    await expect(toStorageState(from)).rejects.toMatchObject({ name: 'DataCloneError' })
  })

  test('from which Playwright has left out keys and values is read as far as it goes', async () => {
    const losses: Loss[] = []
    const store = { name: 's', autoIncrement: false, indexes: [] }
    const records = [{ value: 'of the key 0' }, { key: 1 }, { key: 2, value: 'whole' }]
    const state = stateOf([{ name: 'd', version: 1, stores: [{ ...store, records }] }])
    const text = await textOf(fromStorageState(state, { onLoss: (it) => losses.push(it) }))
    expect(text.split('\n').slice(1, -2)).toEqual([
      '{"s":0,"k":1,"v":{"$":"undefined"}}',
      '{"s":0,"k":2,"v":"whole"}',
    ])
    expect(losses).toEqual([
      { store: 's', key: undefined, type: 'record' },
      { store: 's', key: 1, type: 'value' },
    ])
  })

  const unknownForms: [string, unknown][] = [
    ['typed array "f16"', { ta: { k: 'f16', b: 'AAA=' } }],
    ['value "constructor"', { v: 'constructor' }],
    ['value encoded as {zz}', { zz: 1 }],
    ['value encoded as {}', {}],
  ]
  const stateWith = (valueEncoded: unknown): StorageState => {
    const records = [
      { key: 1, value: 'whole' },
      { key: 'k', valueEncoded },
    ]
    const store = { name: 's', autoIncrement: false, indexes: [], records }
    return stateOf([{ name: 'd', version: 1, stores: [store] }])
  }

  test.each(unknownForms)(
    'tells of a %s, and fails without being asked to',
    async (type, encoded) => {
      const losses: Loss[] = []
      const state = stateWith({
        o: [
          { k: 'a', v: encoded },
          { k: 'b', v: 2 },
        ],
      })
      const text = await textOf(fromStorageState(state, { onLoss: (it) => losses.push(it) }))
      expect(text).toContain('{"s":0,"k":"k","v":{"a":{"$":"undefined"},"b":2}}')
      expect(losses).toEqual([{ store: 's', key: 'k', type }])
      await expect(textOf(fromStorageState(state))).rejects.toMatchObject({
        name: 'DataError',
        message: expect.stringContaining(`record 2 of "s": a ${type} is of no form`) as string,
      })
    },
  )

  test.each<[string, unknown]>([
    ['the parts of an array', { a: 5 }],
    ['"then" is no date', { d: 'then' }],
    ['record 2 of "s"', { ref: 7 }],
    ['record 2 of "s"', { m: [null] }],
  ])('says where it is damaged: %s', async (message, valueEncoded) => {
    const text = textOf(fromStorageState(stateWith(valueEncoded), { onLoss: () => undefined }))
    await expect(text).rejects.toMatchObject({
      name: 'DataError',
      message: expect.stringContaining(message) as string,
      cause: { code: 'ERR_IDB_CORRUPT' },
    })
  })

  test('with several databases needs the name of one', async () => {
    const one = { name: 'a', version: 1, stores: [] }
    const state: StorageState = {
      origins: [
        { origin: 'https://a.test', indexedDB: [one, { ...one, name: 'b' }] },
        { origin: 'https://b.test', indexedDB: [one] },
        { origin: 'https://c.test' },
      ],
    }
    const header = async (options: object): Promise<string> =>
      (await textOf(fromStorageState(state, options))).split('\n')[0] ?? ''
    expect(await header({ name: 'b' })).toContain('"name":"b"')
    expect(await header({ name: 'a', origin: 'https://b.test' })).toContain('"name":"a"')
    for (const options of [{}, { name: 'a' }, { name: 'c' }, { origin: 'https://c.test' }]) {
      await expect(header(options)).rejects.toMatchObject({ name: 'NotFoundError' })
    }
  })
})

test('toStorageState() says which value is nested too deep for it', async () => {
  const from = inMemory()
  let value: unknown = 1
  for (let i = 0; i < 100_000; i++) value = [value]
  await make(from, 'd', 1, (database) => void database.createObjectStore('s').put(value, 'k'))
  await expect(toStorageState(from)).rejects.toMatchObject({
    name: 'DataError',
    message: expect.stringContaining(
      'The value of key "k" in the object store "s" of database "d" is nested too deep',
    ) as string,
  })
})

test.each<[string, unknown[]]>([
  ['refers to an object that is not there', [{ key: 1, valueEncoded: { ref: 77 } }]],
  ['has a bigint that is none', [{ key: 1, valueEncoded: { bi: 'x' } }]],
  ['has an expression that is none', [{ key: 1, valueEncoded: { r: { p: '(', f: '' } } }]],
])('a state that %s fails with a DataError that says that it is damaged', async (_, records) => {
  const store = { name: 's', autoIncrement: false, indexes: [], records: records as never }
  const state = stateOf([{ name: 'd', version: 1, stores: [store] }])
  const to = inMemory()
  await expect(importDatabase(fromStorageState(state), { indexedDB: to })).rejects.toMatchObject({
    name: 'DataError',
    cause: { code: 'ERR_IDB_CORRUPT' },
  })
  expect(await to.databases()).toEqual([])
})
