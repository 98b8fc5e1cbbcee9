/** What is notified by one who is none of the processes: anyone who can connect may send it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { observe, type Observed } from '../../../src/extras.ts'
import { convertKeyToValue } from '../../../src/keys/convert-key-to-value.ts'
import { convertValueToKey } from '../../../src/keys/convert-value-to-key.ts'
import { decodeRange } from '../../../src/keys/decode-range.ts'
import {
  allKeys,
  encodeRange,
  type EncodedRange,
  isInverted,
  onlyKey,
} from '../../../src/keys/key-range.ts'
import { compareKeys } from '../../../src/keys/key.ts'
import { type Change, changeKinds } from '../../../src/protocol/changes.ts'
import { messageIn, messageText } from '../../../src/remote/session/news-text.ts'
import { askServer } from '../../kit/ask-server.ts'
import { eventually } from '../../kit/eventually.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase } from '../../kit/promises.ts'
import { key as anyKey } from '../../kit/reference-keys.ts'

const client = '01234567-89ab-cdef-0123-456789abcdef'

const encodedKey = anyKey.map((key) => convertValueToKey(key) as Uint8Array) // It is a key.

const range: fc.Arbitrary<EncodedRange> = fc
  .record({
    lower: fc.option(encodedKey),
    upper: fc.option(encodedKey),
    lowerOpen: fc.boolean(),
    upperOpen: fc.boolean(),
  })
  .map((it) => encodeRange(it))
  .filter(({ lower, upper }) => upper !== null && compareKeys(lower, upper) < 0)

/** A change as processes tell it. */
const change: fc.Arbitrary<Change> = fc
  .record({
    storeId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    kind: fc.constantFrom(...changeKinds),
    key: encodedKey,
    range,
  })
  .map(({ storeId, kind, key, range: some }) => {
    const ranges = { delete: some, any: some, clear: allKeys }
    const { lower, upper } = kind in ranges ? ranges[kind as 'any'] : encodeRange(onlyKey(key))
    return { storeId, kind, range: { lower: Uint8Array.from(lower), upper } }
  })

/** Bytes that are nearly a key, or nothing like one. */
const forgedBytes = fc.oneof(
  encodedKey,
  encodedKey.map((key) => Uint8Array.of(...key, 0xff)),
  fc.tuple(encodedKey, fc.nat(), fc.nat(255)).map(([key, at, byte]) => {
    const bytes = Uint8Array.from(key)
    bytes[at % bytes.length] = byte
    return bytes
  }),
  fc.constantFrom('', '00', 'ff', 'ffff', '50', '5000', '10').map((it) => Buffer.from(it, 'hex')),
  fc.uint8Array({ maxLength: 20 }),
)

const forgedBound = fc.oneof(
  { weight: 5, arbitrary: forgedBytes.map((bytes) => Buffer.from(bytes).toString('base64')) },
  { weight: 1, arbitrary: fc.jsonValue() },
)

const forgedChange = fc.oneof(
  fc.tuple(
    fc.oneof(fc.integer({ min: 1, max: 9 }), fc.double(), fc.jsonValue()),
    fc.oneof(fc.constantFrom(...changeKinds), fc.string()),
    forgedBound,
    fc.option(forgedBound),
  ),
  fc.jsonValue(),
)

const forgedText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string().map((rest) => `news ${client} 1 ${rest}`),
  fc.array(forgedChange).map((list) => `news ${client} 1 ${JSON.stringify(list)}`),
  fc
    .tuple(fc.array(change), fc.nat(), fc.nat(9), fc.string({ maxLength: 3 }))
    .map(([changes, at, count, piece]) => {
      const text = messageText({ type: 'news', client, db: 1, changes })
      const start = at % text.length
      return text.slice(0, start) + piece + text.slice(start + count)
    }),
)

/** @throws where one who observes could not read it */
function read({ storeId, kind, range: told }: Change): void {
  expect(storeId).toBeGreaterThan(0)
  expect(changeKinds).toContain(kind)
  if (kind === 'add' || kind === 'put') expect(told.upper).toBeNull()
  const decoded = decodeRange(told)
  for (const bound of [decoded.lower, decoded.upper]) if (bound) convertKeyToValue(bound)
  expect(isInverted(decoded)).toBe(false)
}

test('what processes tell each other is read as it was told', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 9 }), (changes) => {
      const message = { type: 'news', client, db: 7, changes } as const
      expect(messageIn(messageText(message))).toEqual(message)
    }),
  )
})

test('of what anyone sends either nothing is read, or what can be read to its end', () => {
  let count = 0
  fc.assert(
    fc.property(forgedText, (text) => {
      const message = messageIn(text)
      if (message?.type !== 'news') return
      for (const told of message.changes ?? []) {
        read(told)
        count++
      }
    }),
    { numRuns: 5_000 },
  )
  expect(count).toBeGreaterThan(0)
})

onServer('forged notifications', ({ factory, connectionString, schema }) => {
  const forged = [
    'ask',
    'closed 1',
    'told 1',
    '',
    `watch ${client} 1`,
    `tells ${client} 1`,
    `news ${client} 1`,
    ...[
      [1, 'put', '/w==', '/w=='],
      [1, 'put', '/w==', null],
      [1, 'delete', '/w==', '/w=='],
      [1, 'any', 'MGIA', 'MGEA'],
      [1, 'clear', 'AA==', 'MGEA'],
      [-1, 'any', 'AA==', '/w=='],
      ['1', 'any', 'AA==', '/w=='],
    ].map((change) => `news ${client} 1 ${JSON.stringify([change])}`),
  ]

  test('one who observes is told no more than that something may have changed, and goes on', async () => {
    const open = async (): Promise<IDBDatabase> =>
      openDatabase(await factory(), (it) => it.createObjectStore('s'))
    const [database, other] = [await open(), await open()]
    const notes: Observed[] = []
    observe(database as never, {}, (observed) => notes.push(observed)) // Node has no type for it.
    await eventually(() => expect(notes).toEqual([{ type: 'missed' }]))
    for (const text of forged) {
      const tell = `SELECT pg_notify(channel, $1) FROM "${await schema()}".meta`
      await askServer(connectionString(), tell, [text])
    }
    const transaction = other.transaction('s', 'readwrite')
    transaction.objectStore('s').put(1, 'a')
    await completion(transaction)
    await eventually(() => expect(notes.at(-1)).toMatchObject({ type: 'change' }))
    expect(notes.slice(0, -1).every(({ type }) => type === 'missed')).toBe(true)
    expect(notes.at(-1)).toMatchObject({ changes: [{ store: 's', kind: 'put', key: 'a' }] })
    expect(notes).toHaveLength(1 + 9 + 1)
  })
})
