/** Messages that this package would not send: they end the client, or the owner, that they come from, and nobody else. */
import { describe, expect, test } from 'vitest'
import type { Failure } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import { HostUser, hostOfOthers } from '../../../src/hosting/host-user.ts'
import { ParcelWriter } from '../../../src/port/parcel.ts'
import { connectHost } from '../../../src/port/client.ts'
import { writeAnswer, writeCall } from '../../../src/port/codec.ts'
import type { Answer, Call } from '../../../src/port/messages.ts'
import { serve } from '../../../src/port/server.ts'
import type { ChangeKind } from '../../../src/protocol/changes.ts'
import { emptySchema, type Operation } from '../../../src/protocol/protocol.ts'
import { allKeys, type EncodedRange } from '../../../src/keys/key-range.ts'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'
import {
  all,
  count,
  createStores,
  listDatabases,
  open,
  put,
  scan,
  settle,
  store,
  Tester,
} from '../../kit/host-client.ts'
import { indexKeyBlock } from '../../kit/index-key-block.ts'
import { ModelDirectory, modelLimits } from '../../kit/model-storage.ts'
import { portPair, unexpected } from '../../kit/transports.ts'

const index = { id: 1, name: 'index', keyPath: 'a', unique: false, multiEntry: false }
const indexes = new Map([[1, index]])
const stores = [store(1, { indexes: new Map() }), store(2, { autoIncrement: true }), store(3)]

/** An owner with a database of three stores, and a realm beside the one that misbehaves, which uses it. */
async function fixture() {
  const storage = new ModelDirectory()
  const owner = createHost({ storage, durability: 'relaxed' })
  const [ownPort, port] = portPair()
  serve(owner, ownPort, { report: unexpected, presence: null })
  const log: string[] = []
  const connection = await open(connectHost(port), 'db', {
    changes: [...createStores(...stores), { type: 'createIndex', storeId: 1, index }],
  })
  connection.listen({
    versionChange: () => {},
    closing: () => {},
    closed: (reason) => void (reason && log.push(reason.name)),
  })
  return { owner, connection, log }
}

/** A realm that sends what it likes. */
function rawClient(owner: ReturnType<typeof createHost>) {
  const [ownPort, port] = portPair()
  const reports: Failure[] = []
  serve(owner, ownPort, { report: (failure) => reports.push(failure), presence: null })
  port.start?.()
  const post = (...calls: readonly Call[]) => {
    const writer = new ParcelWriter()
    for (const call of calls) writeCall(call, writer)
    const { parcel, transfer } = writer.take()
    port.postMessage(parcel, transfer)
  }
  return { reports, port, post }
}

const parcelOf = (numbers: readonly number[], ...objects: readonly unknown[]) => ({
  contents: new Float64Array(numbers).buffer,
  numberCount: numbers.length,
  objects,
})

const outcomeOfMark = (title: string, mark: unknown): [title: string, message: unknown] => [
  `an outcome of a mark ${title}`,
  parcelOf([0], { type: 'outcomeOf', id: 1, name: 'db', mark }),
]

const messages: readonly [title: string, message: unknown][] = [
  ['null', null],
  ['a number', 5],
  ['a string', 'x'],
  ['an empty object', {}],
  ['a parcel without objects', { contents: new ArrayBuffer(8), numberCount: 1 }],
  ['a parcel of shared memory', { ...parcelOf([0], {}), contents: new SharedArrayBuffer(8) }],
  ['a parcel that lacks its object', parcelOf([0])],
  ['a parcel that lacks its numbers', { ...parcelOf([0]), numberCount: 1e9 }],
  ['a parcel of a negative length', { ...parcelOf([0]), numberCount: -1 }],
  ['a call of a form that there is not', parcelOf([99, 1])],
  ['a call of no form', parcelOf([NaN, NaN])],
  ['a call that is cut short', parcelOf([2, 1])],
  ['a call with bytes that it lacks', parcelOf([4, 1, 1, 100, -1])],
  ['a call with bytes of a negative length', parcelOf([4, 1, 1, -7, -1])],
  ['a call with a huge number of stores', parcelOf([1, 1, 1, 0, 0, 2 ** 52])],
  ['a call of a type that there is not', parcelOf([0], { type: 'nonsense', id: 1 })],
  ['a call that is null', parcelOf([0], null)],
  ['an open without a name', parcelOf([0], { type: 'open', id: 1 })],
  ['an open of version NaN', parcelOf([0], { type: 'open', id: 1, name: 'a', version: NaN })],
  ['an open of a negative version', parcelOf([0], { type: 'open', id: 1, name: 'a', version: -5 })],
  ['an open with a negative id', parcelOf([0], { type: 'open', id: -1, name: 'a' })],
  [
    'an id given twice',
    parcelOf([0, 0], { type: 'databases', id: 1 }, { type: 'databases', id: 1 }),
  ],
  ['an attachment without a version', parcelOf([0], { type: 'attach', id: 1, name: 'db' })],
  [
    'an attachment to a version that there is not',
    parcelOf([0], { type: 'attach', id: 1, name: 'db', version: 0 }),
  ],
  ['an outcome of no mark', parcelOf([0], { type: 'outcomeOf', id: 1, name: 'db' })],
  outcomeOfMark('of no client', { client: '', slot: 0, number: 1 }),
  outcomeOfMark('of a client with too long a name', { client: 'c'.repeat(65), slot: 0, number: 1 }),
  outcomeOfMark('of a client with other letters', { client: 'é', slot: 0, number: 1 }),
  outcomeOfMark('of a negative slot', { client: 'c', slot: -1, number: 1 }),
  outcomeOfMark('of too high a slot', { client: 'c', slot: 2 ** 20, number: 1 }),
  outcomeOfMark('with a number that is none', { client: 'c', slot: 0, number: 0.5 }),
  ['marks forgotten of no client', parcelOf([0], { type: 'forgetMarks', id: 0, client: 7 })],
  ['a marked commit that lacks its client', parcelOf([12, 3, 0, 0, 1, 1])],
  ['a delivery that there was never', parcelOf([0], { type: 'delivered', id: 1 })],
  ['a close of what there was never', parcelOf([0], { type: 'close', id: 1 })],
  ['a commit of what there was never', parcelOf([5, 3, 0])],
  [
    'a transaction on what is no connection, as an object',
    parcelOf([0], { type: 'createTransaction', id: 1, connection: 7, storeIds: [1] }),
  ],
]

describe('a message that is no call', () => {
  test.each(messages)('%s: ends that client alone', async (_, message) => {
    const { owner, connection, log } = await fixture()
    const { reports, port } = rawClient(owner)
    port.postMessage(message, [])
    await settle()
    expect(reports).toHaveLength(1)
    expect(reports[0]).toMatchObject({ name: 'UnknownError', detail: expect.stringMatching(/./) })
    await expectToWork(connection, log)
  })
})

async function expectToWork(connection: Awaited<ReturnType<typeof open>>, log: readonly string[]) {
  const transaction = new Tester(connection, { stores: [1, 2, 3] })
  await transaction.execute(put(1, [7], { storeId: 3 }))
  expect((await transaction.execute(scan(1))).records).toEqual([])
  expect((await transaction.execute(scan(2))).records).toEqual([])
  expect((await transaction.execute(scan(3))).records).toHaveLength(1)
  expect(await transaction.commit()).toBe('committed')
  expect(log).toEqual([])
}

const key = encodeNumberKey(1)
const noKey = Uint8Array.of(0xff, 1, 2)
const indexKeys = (...entries: readonly [id: number, key: Uint8Array][]): Uint8Array | null =>
  indexKeyBlock(entries)
const generated = (valueOffset: number, indexKeyOffsets: readonly number[] = []) => ({
  key: null,
  generated: { valueOffset, indexKeyOffsets },
})
const newStore = store(4)
const change = (change: unknown): Operation => ({ type: 'changeSchema', change }) as Operation

const forgedOperations: readonly [title: string, operation: Operation][] = [
  ['a store out of its scope', put(1, [1], { storeId: 3 })],
  ['a store that there is not', put(1, [1], { storeId: 77 })],
  ['a key that is none', put(1, [1], { key: noKey })],
  ['two keys in one', put(1, [1], { key: Uint8Array.of(...key, ...key) })],
  ['an empty value', put(1, [])],
  ['index keys that are none', put(1, [1], { indexKeys: Uint8Array.of(1, 2, 3, 4, 5) })],
  ['a key of an index that there is not', put(1, [1], { indexKeys: indexKeys([9, key]) })],
  ['two keys of an index for one each', put(1, [1], { indexKeys: indexKeys([1, key], [1, key]) })],
  ['no key where none is generated', put(1, [1], generated(-1))],
  ['a key generated into no value', put(1, [1], { storeId: 2, ...generated(1e9) })],
  ['a key generated into no index key', put(1, [1], { storeId: 2, ...generated(-1, [5]) })],
  ['a range that is none', { ...scan(), range: { lower: noKey, upper: null } } as Operation],
  ['an index that there is not', { ...scan(), indexId: 5 } as Operation],
  ['a negative number to skip', { ...scan(), skip: -1 } as Operation],
  ['no limit', { ...scan(), limit: NaN } as Operation],
  ['a position that is none', { ...scan(), after: { key: noKey, primaryKey: key } } as Operation],
  ['a count of an index that there is not', { type: 'count', storeId: 1, indexId: 5, range: all }],
  ['a count of a store out of its scope', count(3)],
  ['a clearing of a store out of its scope', { type: 'clear', storeId: 3 }],
  [
    'a deletion of no range',
    { type: 'deleteRange', storeId: 1, range: { lower: noKey, upper: null } },
  ],
  ['a change of the schema', change({ type: 'deleteObjectStore', storeId: 1 })],
  ['an operation that there is not', { type: 'nonsense' } as unknown as Operation],
]

const place = { storeIds: [1, 2], durability: 'default', resumes: false } as const

describe('a forged operation', () => {
  test.each(forgedOperations)('%s: ends that client alone', async (_, operation) => {
    const { owner, connection, log } = await fixture()
    const { reports, post } = rawClient(owner)
    post({ type: 'open', id: 1, name: 'db', version: undefined })
    await settle()
    post({ type: 'createTransaction', id: 2, connection: 1, mode: 'readwrite', ...place })
    post({ type: 'execute', id: 2, operation: put(5) })
    post(
      { type: 'execute', id: 2, operation },
      { type: 'commit', id: 2, failuresSeen: 1e9, mark: undefined },
    )
    await settle()
    expect(reports).toHaveLength(1)
    await expectToWork(connection, log)
  })

  test.each([
    put(1),
    { type: 'clear', storeId: 1 },
    { type: 'deleteRange', storeId: 1, range: all },
  ] as const)('$type in a read-only transaction: ends that client alone', async (operation) => {
    const { owner, connection, log } = await fixture()
    const { reports, post } = rawClient(owner)
    post({ type: 'open', id: 1, name: 'db', version: undefined })
    await settle()
    post({ type: 'createTransaction', id: 2, connection: 1, mode: 'readonly', ...place })
    post(
      { type: 'execute', id: 2, operation },
      { type: 'commit', id: 2, failuresSeen: 0, mark: undefined },
    )
    await settle()
    expect(reports).toMatchObject([{ detail: 'A message writes in a read-only transaction' }])
    await expectToWork(connection, log)
  })

  test('a marked commit of a read-only transaction: ends that client alone', async () => {
    const { owner, connection, log } = await fixture()
    const { reports, post } = rawClient(owner)
    post({ type: 'open', id: 1, name: 'db', version: undefined })
    await settle()
    post({ type: 'createTransaction', id: 2, connection: 1, mode: 'readonly', ...place })
    const mark = { client: 'c', slot: 0, number: 1 }
    post({ type: 'commit', id: 2, failuresSeen: 0, mark })
    await settle()
    expect(reports).toMatchObject([
      { detail: 'A message marks the commit of a read-only transaction' },
    ])
    await expectToWork(connection, log)
  })

  test.each([[[]], [[1, 1]], [[4]]])('a scope of %j: ends that client alone', async (storeIds) => {
    const { owner, connection, log } = await fixture()
    const { reports, post } = rawClient(owner)
    post({ type: 'open', id: 1, name: 'db', version: undefined })
    await settle()
    post({ type: 'createTransaction', id: 2, connection: 1, mode: 'readonly', ...place, storeIds })
    await settle()
    expect(reports).toHaveLength(1)
    await expectToWork(connection, log)
  })
})

const wholeStore = { storeId: 1, ranges: null }

describe('a forged watch', () => {
  test.each<[string, unknown]>([
    ['no list of stores', undefined],
    ['a store that does not exist', [{ storeId: 9, ranges: null }]],
    ['a store without ranges', [{ storeId: 1 }]],
    ['a range that is none', [{ storeId: 1, ranges: [{ lower: Uint8Array.of(7), upper: null }] }]],
  ])('of %s: ends that client alone', async (_, watched) => {
    const { owner, connection, log } = await fixture()
    const { reports, port, post } = rawClient(owner)
    post({ type: 'open', id: 1, name: 'db', version: undefined })
    await settle()
    port.postMessage(parcelOf([0], { type: 'watch', id: 2, connection: 1, watched }), [])
    await settle()
    expect(reports).toHaveLength(1)
    await expectToWork(connection, log)
  })

  test('on a connection that was closed is not one', async () => {
    const { owner } = await fixture()
    const { reports, post } = rawClient(owner)
    post({ type: 'watch', id: 1, connection: 7, watched: [wholeStore] }, { type: 'unwatch', id: 1 })
    await settle()
    expect(reports).toEqual([])
  })
})

/** Bun's own clone goes from hole to hole, some 0.2 µs each: more of them would never reach an owner there. */
const holeCount = 'Bun' in globalThis ? 2 ** 20 : 2 ** 32 - 1

const forgedChanges: readonly [title: string, change: unknown][] = [
  ['a version', { type: 'setVersion', version: 9 }],
  ['a store with an id in use', { type: 'createObjectStore', store: store(1, { name: 'x' }) }],
  [
    'a store with a name in use',
    { type: 'createObjectStore', store: store(4, { name: 'store 1' }) },
  ],
  ['a store with indexes', { type: 'createObjectStore', store: { ...newStore, indexes } }],
  ['a store without indexes', { type: 'createObjectStore', store: { ...newStore, indexes: 5 } }],
  [
    'a store with a number for a key path',
    { type: 'createObjectStore', store: { ...newStore, keyPath: 5 } },
  ],
  [
    'a store with a key path of no parts',
    { type: 'createObjectStore', store: { ...newStore, keyPath: [] } },
  ],
  [
    'a store with a key path of holes, more than there is time for',
    {
      type: 'createObjectStore',
      store: { ...newStore, keyPath: Object.assign([], { length: holeCount }) },
    },
  ],
  [
    'a generator without a place for its keys',
    { type: 'createObjectStore', store: store(4, { keyPath: ['a'], autoIncrement: true }) },
  ],
  ['an index in no store', { type: 'createIndex', storeId: 9, index: { ...index, id: 2 } }],
  ['an index with a name in use', { type: 'createIndex', storeId: 1, index: { ...index, id: 2 } }],
  [
    'an index over several paths that is multiEntry',
    {
      type: 'createIndex',
      storeId: 2,
      index: { ...index, id: 2, keyPath: ['a'], multiEntry: true },
    },
  ],
  ['a name in use', { type: 'renameObjectStore', storeId: 1, name: 'store 2' }],
  ['a new name for no index', { type: 'renameIndex', storeId: 1, indexId: 9, name: 'x' }],
  ['the end of no store', { type: 'deleteObjectStore', storeId: 9 }],
  ['the end of no index', { type: 'deleteIndex', storeId: 1, indexId: 9 }],
  ['a change that there is not', { type: 'nonsense' }],
]

describe('a forged step of an upgrade', () => {
  test.each(forgedChanges)('%s: ends that client alone, and its upgrade', async (_, forged) => {
    const { owner, connection } = await fixture()
    connection.close()
    const { reports, post } = rawClient(owner)
    post({ type: 'open', id: 1, name: 'db', version: 2 })
    await settle()
    post({ type: 'execute', id: 1, operation: change(forged) })
    post({ type: 'commit', id: 1, failuresSeen: 0, mark: undefined })
    await settle()
    expect(reports).toHaveLength(1)
    const after = await open(owner, 'db')
    expect([after.schema.version, [...after.schema.stores.keys()]]).toEqual([1, [1, 2, 3]])
  })
})

test('a client that was ended is told so, and why, by all that it waits for and asks later', async () => {
  const { owner } = await fixture()
  const [ownPort, port] = portPair()
  serve(owner, ownPort, { report: () => {}, presence: null })
  const host = connectHost(port)
  const log: string[] = []
  const connection = await open(host, 'db', { log })
  const transaction = new Tester(connection, { log })
  const executed = transaction.execute(put(1))
  port.postMessage(5, [])
  const told = { name: 'UnknownError', message: 'The owner of the storage has ended this client' }
  await expect(listDatabases(host)).rejects.toMatchObject({
    ...told,
    detail: 'A message is not a parcel',
  })
  expect(await transaction.ended).toBe('aborted UnknownError')
  expect(log).toContain('closed UnknownError')
  await expect(open(host, 'db')).rejects.toMatchObject(told)
  void executed
})

const opened = { schema: emptySchema, limits: modelLimits, salvaged: null, keptAt: null }

const forgedAnswers: readonly [title: string, message: unknown][] = [
  ...messages.slice(0, 11),
  ['an answer to what nobody has asked', answer({ type: 'opened', id: 99, ...opened })],
  ['an answer of another kind', answer({ type: 'deleted', id: 1, oldVersion: 1 })],
  ['an answer that there is not', parcelOf([0], { type: 'nonsense', id: 1 })],
  [
    'an open without a schema',
    parcelOf([0], { type: 'opened', id: 1, salvaged: null, keptAt: null }),
  ],
  [
    'a schema without stores',
    answer({ type: 'opened', id: 1, ...opened, schema: { ...emptySchema, stores: 5 as never } }),
  ],
  [
    'an open without limits',
    answer({ type: 'opened', id: 1, ...opened, limits: undefined as never }),
  ],
  [
    'an open without the place of kept objects',
    answer({ type: 'opened', id: 1, ...opened, keptAt: undefined as never }),
  ],
  [
    'limits that are no numbers',
    answer({
      type: 'opened',
      id: 1,
      ...opened,
      limits: { ...modelLimits, keyBytes: 'none' as never },
    }),
  ],
  ['a failure without a message', parcelOf([0], { type: 'requestFailed', id: 1, failure: {} })],
  [
    'a change of no kind',
    parcelOf([0], { type: 'changed', id: 1, isOwn: true, changes: [{ storeId: 1, kind: 'x' }] }),
  ],
  ['a put of more than one key', changed('put', allKeys)],
  ['a clear of less than a store', changed('clear', { lower: encodeNumberKey(1), upper: null })],
  [
    'a deletion whose end is its start',
    changed('delete', { lower: encodeNumberKey(1), upper: encodeNumberKey(1) }),
  ],
  ['a change of what is no key', changed('any', { lower: Uint8Array.of(0), upper: null })],
  ['counters that are no numbers', parcelOf([0], { type: 'inspected', id: 1, counters: {} })],
  ['a record that is cut short', parcelOf([6, 1, 100, 0, 0])],
]

function changed(kind: ChangeKind, range: EncodedRange): unknown {
  return parcelOf([0], {
    type: 'changed',
    id: 1,
    isOwn: true,
    changes: [{ storeId: 1, kind, range }],
  })
}

function answer(...answers: readonly Answer[]): unknown {
  const writer = new ParcelWriter()
  for (const it of answers) writeAnswer(it, writer)
  return writer.take().parcel
}

describe('a message that is no answer', () => {
  test.each(forgedAnswers)('%s: fails what waits for its owner', async (_, message) => {
    const [ownPort, port] = portPair()
    const host = connectHost(port)
    const opening = open(host, 'db')
    ownPort.postMessage(message, [])
    const told = { name: 'UnknownError', message: expect.stringMatching(/cannot be read/) }
    await expect(opening).rejects.toMatchObject(told)
    await expect(listDatabases(host)).rejects.toMatchObject(told)
  })

  test.each([
    ['a result where there is none', answer({ type: 'done', id: 2, result: 5 })],
    [
      'a result of nothing',
      answer(
        { type: 'done', id: 2, result: undefined },
        { type: 'done', id: 2, result: undefined },
      ),
    ],
    ['an early commit', answer({ type: 'committed', id: 2 })],
  ])('%s: aborts the transaction and closes the connection', async (_, message) => {
    const [ownPort, port] = portPair()
    const log: string[] = []
    const opening = open(connectHost(port), 'db', { log })
    ownPort.postMessage(answer({ type: 'opened', id: 1, ...opened }), [])
    const transaction = new Tester(await opening, { log })
    void transaction.execute(put(1))
    ownPort.postMessage(message, [])
    expect(await transaction.ended).toBe('aborted UnknownError')
    expect(log).toContain('closed UnknownError')
  })
})

test('closing twice at once is answered twice', async () => {
  const { owner } = await fixture()
  const [ownPort, port] = portPair()
  serve(owner, ownPort, { report: unexpected, presence: null })
  const user = new HostUser(hostOfOthers(connectHost(port)))
  await open(user, 'db')
  await Promise.all([user.close(), user.close()])
})
