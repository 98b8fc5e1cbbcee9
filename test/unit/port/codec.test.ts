import { describe, expect, test } from 'vitest'
import { ValueBytes } from '../../../src/bytes/value-bytes.ts'
import { ParcelReader, ParcelWriter } from '../../../src/port/parcel.ts'
import { readAnswer, readCall, writeAnswer, writeCall } from '../../../src/port/codec.ts'
import type { Answer, Call } from '../../../src/port/messages.ts'
import { emptySchema, type Operation } from '../../../src/protocol/protocol.ts'
import { deserialize } from '../../../src/values/deserialize.ts'
import { serialize } from '../../../src/values/serialize.ts'

/** Packs messages, sends them as a port would, and unpacks them. */
function send<Message>(
  messages: readonly Message[],
  write: (message: Message, parcel: ParcelWriter) => void,
  read: (parcel: ParcelReader) => Message,
): Message[] {
  const writer = new ParcelWriter()
  for (const message of messages) write(message, writer)
  const { parcel, transfer } = writer.take()
  const reader = new ParcelReader(structuredClone(parcel, { transfer }))
  const received: Message[] = []
  while (!reader.isAtEnd) received.push(read(reader))
  return received
}

const short = Uint8Array.of(1, 2, 3)
const none = new Uint8Array(0)
const long = new Uint8Array(100_000).fill(7)

const lasting = (bytes: Uint8Array): ValueBytes => new ValueBytes(bytes, 'kept')
const execute = (operation: Operation): Call => ({ type: 'execute', id: 9, operation })
const put = { type: 'put', storeId: 1, overwrite: true } as const
const scan = { type: 'scan', storeId: 1, indexId: 2, inclusive: false, skip: 0 } as const
const range = { lower: short, upper: null }

const mark = { client: 'abcdefghijklmnop', slot: 2 ** 20 - 1, number: 2 ** 53 - 1 }

const calls: readonly Call[] = [
  {
    type: 'open',
    id: 1,
    name: 'a database',
    version: 3,
    origin: { mark, resumes: true, wasAsked: false },
  },
  { type: 'delete', id: 1, name: 'a database', origin: undefined },
  {
    type: 'createTransaction',
    id: 2,
    connection: 1,
    storeIds: [1, 2, 2 ** 40],
    mode: 'readwrite',
    durability: 'strict',
    resumes: false,
  },
  execute({ ...put, key: short, value: lasting(none), indexKeys: null, generated: null }),
  execute({
    ...put,
    key: long,
    value: lasting(long),
    indexKeys: long,
    overwrite: false,
    generated: null,
  }),
  execute({
    ...put,
    key: null,
    value: lasting(short),
    indexKeys: short,
    generated: { valueOffset: -1, indexKeyOffsets: [1, 5] },
  }),
  execute({
    ...scan,
    range,
    direction: 'prevunique',
    after: null,
    limit: Infinity,
    limitBytes: Infinity,
    withValues: true,
  }),
  execute({
    ...scan,
    range: { lower: short, upper: long },
    direction: 'next',
    after: { key: short, primaryKey: none },
    inclusive: true,
    skip: 2 ** 32,
    limit: 1,
    limitBytes: 1024,
    withValues: false,
  }),
  execute({ type: 'deleteRange', storeId: 1, range }),
  execute({ type: 'clear', storeId: 1 }),
  { type: 'commit', id: 2, failuresSeen: 4, mark: undefined },
  { type: 'offerCommit', id: 2, failuresSeen: 0, mark: undefined },
  { type: 'commit', id: 2, failuresSeen: 1, mark },
  { type: 'offerCommit', id: 2, failuresSeen: 0, mark },
  {
    type: 'createTransaction',
    id: 3,
    connection: 1,
    storeIds: [1],
    mode: 'readonly',
    durability: 'default',
    resumes: true,
  },
  { type: 'attach', id: 4, name: 'a database', version: 3, incarnation: 2 ** 53 - 1 },
  { type: 'attach', id: 4, name: 'a database', version: 3, incarnation: null },
  { type: 'outcomeOf', id: 5, name: 'a database', mark, incarnation: null },
  { type: 'outcomeOf', id: 5, name: 'a database', mark, incarnation: 2 ** 53 - 1 },
  { type: 'forgetMarks', id: 0, client: 'abcdefghijklmnop' },
  { type: 'forgetDeletion', id: 0, mark },
  { type: 'abort', id: 2 },
]

const answers: readonly Answer[] = [
  { type: 'deleted', id: 1, oldVersion: 2 },
  { type: 'done', id: 2, result: undefined },
  { type: 'done', id: 2, result: 0 },
  { type: 'done', id: 2, result: short },
  { type: 'committed', id: 2 },
  { type: 'outcome', id: 3, outcome: 'unknown' },
  {
    type: 'attached',
    id: 4,
    schema: emptySchema,
    limits: { recordBytes: 1, keyBytes: 2, nameUnits: 3, highestId: 4 },
    salvaged: null,
    keptAt: ['directory', 'name'],
    incarnation: 0,
  },
  { type: 'versionChange', id: 4, delivery: 1, oldVersion: 2, newVersion: null, request: mark },
  { type: 'versionChange', id: 4, delivery: 2, oldVersion: 2, newVersion: 3, request: undefined },
]

/** A call with the bytes of its value in place of the value. */
function shown(call: Call): unknown {
  if (call.type !== 'execute' || call.operation.type !== 'put') return call
  return { ...call, operation: { ...call.operation, value: call.operation.value.bytes } }
}

describe('what is sent is received', () => {
  test('calls', () => {
    expect(send(calls, writeCall, readCall).map(shown)).toEqual(calls.map(shown))
  })
  test('answers', () => expect(send(answers, writeAnswer, readAnswer)).toEqual(answers))
})

test.each([10, 100_000])('a record with a value of %i bytes is copied out of its block', (size) => {
  const bytes = Uint8Array.from({ length: size + 100 }, (_, i) => i)
  const sent = {
    bytes,
    keyStart: 1,
    keyEnd: 4,
    primaryKeyStart: 10,
    primaryKeyEnd: 11,
    valueStart: 90,
    valueEnd: 90 + size,
  }
  const message: Answer = { type: 'record', id: 1, record: sent }
  const [answer] = send([message], writeAnswer, readAnswer)
  if (answer?.type !== 'record') throw new Error('It has become something else')
  const { record } = answer
  const part = (start: number, end: number) => [...record.bytes.subarray(start, end)]
  expect(part(record.keyStart, record.keyEnd)).toEqual([1, 2, 3])
  expect(part(record.primaryKeyStart, record.primaryKeyEnd)).toEqual([10])
  expect(part(record.valueStart, record.valueEnd)).toEqual([...bytes.subarray(90, 90 + size)])
})

test('a large value is given away with the buffer it was written into, and the next one gets another', () => {
  for (const fill of [5, 6]) {
    const value = new Uint8Array(2 * 1024 * 1024).fill(fill)
    const stored = serialize(value).value
    const { bytes } = stored
    const call = execute({ ...put, key: short, value: stored, indexKeys: null, generated: null })
    const [received] = send([call], writeCall, readCall)
    if (received?.type !== 'execute' || received.operation.type !== 'put') {
      throw new Error('It has become something else')
    }
    expect(bytes).toHaveLength(0)
    const { bytes: arrived } = received.operation.value
    expect(Buffer.compare(deserialize(arrived, 0, arrived.length) as Uint8Array, value)).toBe(0)
  }
})

test('bytes that go in a buffer of their own count for the size of the parcel', () => {
  const writer = new ParcelWriter()
  writer.bytes(long)
  expect(writer.sizeBytes).toBeGreaterThanOrEqual(long.length)
  writer.take()
  expect(writer.sizeBytes).toBe(0)
})
