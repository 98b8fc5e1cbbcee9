import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/rendering/json.ts'
import { parseValue, parseWholeValue } from '../../../src/rendering/parse-value.ts'
import { renderValue, renderWholeValue } from '../../../src/rendering/render-value.ts'
import { randomSharing, randomValue } from '../../kit/random-values.ts'
import { assertSameStructure } from '../values/structure.ts'

const anything = randomValue(
  fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('$', 'id', '__proto__')),
)
const shared = randomSharing(anything)

/** Through text, as in a file. */
function roundTrip(value: unknown): unknown {
  return parseValue(JSON.parse(JSON.stringify(renderValue(value))) as Json)
}

async function wholeRoundTrip(value: unknown): Promise<unknown> {
  const text = JSON.stringify(await renderWholeValue(value))
  return parseWholeValue(JSON.parse(text) as Json)
}

describe('rendered values', () => {
  test('are the same when they are parsed, whatever they are', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const clone = structuredClone(value)
        assertSameStructure(roundTrip(clone), clone)
      }),
    )
  })

  test('have one object wherever they had one', () => {
    fc.assert(
      fc.property(shared, (value) => {
        const clone = structuredClone(value)
        assertSameStructure(roundTrip(clone), clone)
      }),
    )
  })

  test.each<[string, unknown, unknown]>([
    ['JSON', { a: [1, 'b', null, true] }, { a: [1, 'b', null, true] }],
    ['undefined', undefined, { $: 'undefined' }],
    ['-0', -0, { $: 'number', value: '-0' }],
    ['a bigint', 12n, { $: 'bigint', value: '12' }],
    ['a Date', new Date(0), { $: 'Date', value: '1970-01-01T00:00:00.000Z' }],
    ['an invalid Date', new Date(NaN), { $: 'Date', value: null }],
    ['a Map', new Map([[1, 'a']]), { $: 'Map', entries: [[1, 'a']] }],
    ['a Set', new Set([1]), { $: 'Set', values: [1] }],
    ['a RegExp', /a\/b/gi, { $: 'RegExp', source: 'a\\/b', flags: 'gi' }],
    ['bytes', Uint8Array.of(1, 2), { $: 'Uint8Array', base64: 'AQI=' }],
    ['an object with "$"', { $: 1 }, { $: 'Object', value: { $: 1 } }],
    [
      'a part of a buffer',
      new Uint16Array(Uint8Array.of(1, 2, 3, 4).buffer, 2),
      {
        $: 'Uint16Array',
        buffer: { $: 'ArrayBuffer', base64: 'AQIDBA==' },
        byteOffset: 2,
        length: 1,
      },
    ],
  ])('say %s as the format has it', (_, value, json) => {
    expect(renderValue(value)).toEqual(json)
    assertSameStructure(roundTrip(value), value)
  })

  test('are parsed, however many bytes they have', () => {
    const bytes = new Uint8Array(16 * 1024 * 1024).fill(7)
    const parsed = parseValue(renderValue(bytes)) as Uint8Array
    assert.equal(Buffer.compare(parsed, bytes), 0)
  })

  test.each(['=', '==', 'A===', 'AA=A', 'AAAA=', 'AAA-', '===='])(
    'are refused with %j for bytes',
    (base64) => {
      assert.throws(() => parseValue({ $: 'ArrayBuffer', base64 }), { name: 'DataError' })
    },
  )

  test('number an object that holds itself', () => {
    const self: { self?: unknown } = {}
    self.self = self
    expect(renderValue(self)).toEqual({ $: 'Object', id: 0, value: { self: { $: 'ref', id: 0 } } })
    assertSameStructure(roundTrip(self), self)
  })

  test('show a Blob without its bytes, and with them where there is time', async () => {
    const blob = new Blob(['text'], { type: 'a/b' })
    expect(renderValue(blob)).toEqual({ $: 'Blob', type: 'a/b', size: 4 })
    const [parsed, again] = (await wholeRoundTrip([blob, blob])) as [Blob, Blob]
    expect([await parsed.text(), parsed.type, again === parsed]).toEqual(['text', 'a/b', true])
  })

  test('keep a CryptoKey, wherever it lies', async () => {
    const { subtle } = globalThis.crypto
    const key = await subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', true, ['encrypt'])
    const [, parsed] = (await wholeRoundTrip(new Map([['key', key]])).then(
      (it) => [...(it as Map<string, CryptoKey>).entries()][0],
    )) as [string, CryptoKey]
    expect([parsed.algorithm, parsed.usages]).toEqual([key.algorithm, key.usages])
    expect(await subtle.exportKey('raw', parsed)).toEqual(await subtle.exportKey('raw', key))
  })

  test.each<[string, Json]>([
    ['an unknown type', { $: 'Unknown' }],
    ['"$" that is no text', { $: 5 }],
    ['a number by an unknown name', { $: 'number', value: '5' }],
    ['a date that is none', { $: 'Date', value: 'tomorrow' }],
    ['bytes that are no base64', { $: 'ArrayBuffer', base64: 'A' }],
    ['a reference to nothing', { $: 'ref', id: 3 }],
    ['a Map without entries', { $: 'Map' }],
    ['a RegExp that is none', { $: 'RegExp', source: '(', flags: '' }],
    ['a length that no array has', { $: 'Array', length: -1, entries: [] }],
    ['a view that does not fit', { $: 'Uint16Array', buffer: { $: 'ArrayBuffer', base64: 'AA==' }, byteOffset: 0, length: 1 }], // prettier-ignore
  ])('are refused when they hold %s', (_, json) => {
    assert.throws(() => parseValue(json), { name: 'DataError' })
  })

  test('are refused or parsed, whatever is changed in their text', () => {
    fc.assert(
      fc.property(anything, fc.nat(), fc.string({ maxLength: 3 }), (value, at, text) => {
        const whole = JSON.stringify(renderValue(structuredClone(value)))
        const changed =
          whole.slice(0, at % whole.length) + text + whole.slice((at + 1) % whole.length)
        parseOrRefuse(changed)
      }),
    )
  })
})

function parseOrRefuse(text: string): void {
  let json: Json
  try {
    json = JSON.parse(text) as Json
  } catch {
    // Not even JSON: another's to refuse.
    return
  }
  try {
    parseValue(json)
  } catch (error) {
    assert.equal((error as DOMException).name, 'DataError')
  }
}
