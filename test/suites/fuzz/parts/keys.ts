/** Key bytes: whatever is accepted must be exactly what its value encodes to. */
import { StorageError } from '../../../../src/errors.ts'
import { convertKeyToValue, keyEnd } from '../../../../src/keys/convert-key-to-value.ts'
import { convertValueToKey } from '../../../../src/keys/convert-value-to-key.ts'
import { compareKeys } from '../../../../src/keys/key.ts'
import { mutate } from '../mutate.ts'
import type { Part } from '../part.ts'

const seeds = [
  0,
  -1.5,
  2 ** 53,
  Infinity,
  new Date(0),
  new Date(8.64e15),
  '',
  'a string',
  'x'.repeat(5000),
  '\u0000\u007f\u407e\u407f\uffff\ud800',
  Uint8Array.of(0, 1, 0xfd, 0xfe, 0xff),
  [],
  [[], [1, ['two', [new Date(3)]]], Uint8Array.of(4)],
  Array.from({ length: 200 }, (_, i) => i),
  nested(500),
].map(encode)

export const keys: Part = {
  inputsPerReport: 4096,
  memoryBytes: 256 * 1024 * 1024,
  make: (random) => mutate(random.pick(seeds), random, seeds),
  try(input) {
    const value = accepted(() => convertKeyToValue(input))
    const end = accepted(() => keyEnd(input, 0))
    if (value === undefined && end !== input.length) return
    if (value === undefined) throw new Error('a key has an end and no value')
    if (end !== input.length) throw new Error(`a key of ${input.length} bytes ends at ${end}`)
    if (compareKeys(encode(value), input) !== 0) throw new Error('its value has another encoding')
  },
}

/** undefined when it was refused as damaged. */
function accepted<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof StorageError && error.code === 'corrupt') return undefined
    throw error
  }
}

function encode(value: unknown): Uint8Array {
  const key = convertValueToKey(value)
  if (!key) throw new Error('a seed is no key')
  return key
}

function nested(depth: number): unknown {
  let value: unknown = []
  for (let i = 0; i < depth; i++) value = [value]
  return value
}
