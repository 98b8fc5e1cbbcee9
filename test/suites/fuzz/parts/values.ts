/** Value bytes: an error, or a value of plain parts that leaves the realm as it was. */
import { StorageError } from '../../../../src/errors.ts'
import { deserialize } from '../../../../src/values/deserialize.ts'
import { complete, serialize } from '../../../../src/values/serialize.ts'
import { mutate } from '../mutate.ts'
import type { Part } from '../part.ts'

const shared = { shared: true }
const cyclic: unknown[] = []
cyclic.push(cyclic)

const samples: readonly unknown[] = [
  undefined,
  'text',
  'x'.repeat(300),
  'é\ud800',
  [1, 2.5, -3, 2n ** 70n, -1n, null, true],
  { id: 7, tags: ['a', null], nested: { deep: { deeper: [] } } },
  JSON.parse('{ "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "x": 1 } } }'),
  { toString: 1, valueOf: 2, hasOwnProperty: 3, length: 4, toJSON: 5 },
  Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`key ${i}`, i])),
  Object.assign(Array.from({ length: 3 }), { name: 'sparse', 2000: 'far' }),
  new Map<unknown, unknown>([
    ['a', shared],
    [shared, new Set([1, cyclic])],
  ]),
  [new Date(0), new Date(NaN), /a(b)+/giu, Object(1), Object('s'), Object(2n)],
  [new TypeError('wrong', { cause: shared }), new DOMException('m', 'AbortError')],
  [
    new ArrayBuffer(20),
    Uint8Array.of(1, 2, 3).subarray(1),
    new Float64Array(4),
    new DataView(new ArrayBuffer(3)),
  ],
  resizable(),
  cyclic,
  nested(200),
]

/** The bytes of real values. */
const valueSeeds: readonly Uint8Array[] = [
  ...samples.map((value) => serialize(value).value.bytes.slice()),
  await withBlobs(),
  await withKeys(),
]

export const values: Part = {
  inputsPerReport: 1024,
  memoryBytes: 512 * 1024 * 1024,
  make: (random) => mutate(random.pick(valueSeeds), random, valueSeeds),
  try(input) {
    const before = externalBytes()
    let value: unknown
    try {
      value = deserialize(input, 0, input.length)
    } catch (error) {
      if (error instanceof StorageError && error.code === 'corrupt') return
      throw error
    }
    checkParts(value)
    const grown = externalBytes() - before
    if (grown > 64 * 1024 * 1024) throw new Error(`${input.length} bytes became ${grown}`)
  },
}

function externalBytes(): number {
  return globalThis.process?.memoryUsage().arrayBuffers ?? 0
}

const { getOwnPropertyDescriptors, getPrototypeOf } = Object

/** The prototypes a clone may have. */
const intrinsics = new Set<unknown>(
  [
    [Object, Array, Map, Set, Date, RegExp, Boolean, Number, String, BigInt, ArrayBuffer, DataView],
    [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, DOMException],
    [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    [Float32Array, Float64Array, BigInt64Array, BigUint64Array, Blob],
    // Not in every runtime.
    ['Float16Array', 'File', 'CryptoKey'].map((name) => Reflect.get(globalThis, name) as unknown),
  ]
    .flat()
    .map((constructor) => (constructor as { prototype: object } | undefined)?.prototype),
)

/** How many objects of a value are looked at. */
const mostObjects = 2_000

/** Walks a value as far as it is plain: no accessor may lie in it, and no prototype that it brought along. */
function checkParts(root: unknown): void {
  const seen = new Set<object>()
  const waiting: unknown[] = [root]
  while (waiting.length > 0 && seen.size < mostObjects) {
    const value = waiting.pop()
    if (typeof value === 'function') throw new Error('a value holds a function')
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (!intrinsics.has(getPrototypeOf(value))) throw new Error('an object has a strange prototype')
    if (ArrayBuffer.isView(value)) continue
    for (const [name, { get, set, value: part }] of Object.entries(
      getOwnPropertyDescriptors(value),
    )) {
      if (get || set) throw new Error(`property ${JSON.stringify(name)} is an accessor`)
      waiting.push(part)
    }
    if (value instanceof Map) waiting.push(...value.keys(), ...value.values())
    if (value instanceof Set) waiting.push(...value)
  }
}

async function withBlobs(): Promise<Uint8Array> {
  const blob = new Blob(['some bytes'], { type: 'text/plain' })
  const parts = [blob, blob, new Blob([new Uint8Array(300)])]
  return (await complete(serialize(parts))).value.bytes.slice()
}

async function withKeys(): Promise<Uint8Array> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign'])
  return (await complete(serialize({ publicKey, privateKey }))).value.bytes.slice()
}

function resizable(): unknown {
  const buffer = new (ArrayBuffer as new (size: number, options: object) => ArrayBuffer)(8, {
    maxByteLength: 64,
  })
  return [new Uint8Array(buffer), new Uint16Array(buffer, 2, 1)]
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { value }
  return value
}
