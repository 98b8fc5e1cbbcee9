/**
 * Keys as bytes. A key is its type's tag and then a body that says by itself where it ends; keys sort by memcmp exactly
 * as the specification compares them.
 *
 * | tag  | type   | body                                                                                   |
 * | ---- | ------ | -------------------------------------------------------------------------------------- |
 * | 0x10 | number | 8 bytes: the double, big-endian; sign bit flipped if positive, all bits if negative    |
 * | 0x20 | date   | the same, of the time value in ms                                                      |
 * | 0x30 | string | code units, then 0x00                                                                  |
 * | 0x40 | binary | bytes, then 0x00                                                                       |
 * | 0x50 | array  | the subkeys, each a whole key, then 0x00                                               |
 *
 * | code unit       | bytes                                  | | byte       | bytes       |
 * | --------------- | -------------------------------------- |-| ---------- | ----------- |
 * | 0x0000 - 0x007E | unit + 1                  (01 - 7F)    | | 00 - FD    | byte + 1    |
 * | 0x007F - 0x407E | 0x8000 + unit - 0x7F      (80 - BF, *) | | FE         | FF 00       |
 * | 0x407F - 0xFFFF | C0, then unit - 0x407F in two bytes    | | FF         | FF 01       |
 *
 * Surrogates are code units like others, so lone ones survive. -0 is stored as +0; there is no NaN.
 *
 * Worked example: `[1, 'a']` is `50  10 BF F0 00 00 00 00 00 00  30 62 00  00`.
 *
 * Why it sorts: where a longer string, binary or array goes on, the shorter one has 0x00, and nothing that can go on
 * (a unit, a byte, a tag) begins with 0x00. Why keys are prefix-free: a body's end is known from the body alone. The
 * first byte is a tag and so never 0xFF, which is what `key-range.ts` builds on.
 */
import { StorageError } from '../errors.ts'

/** The first byte of a key of each type. */
export const keyTag = { number: 0x10, date: 0x20, string: 0x30, binary: 0x40, array: 0x50 } as const

/** Ends the body of a string, binary or array key. */
export const keyTerminator = 0x00

/** https://w3c.github.io/IndexedDB/#key-type */
export type KeyType = keyof typeof keyTag

/**
 * The type of an encoded key.
 * @throws StorageError 'corrupt' when the first byte is no tag.
 */
export function keyType(key: Uint8Array): KeyType {
  switch (key[0]) {
    case keyTag.number:
      return 'number'
    case keyTag.date:
      return 'date'
    case keyTag.string:
      return 'string'
    case keyTag.binary:
      return 'binary'
    case keyTag.array:
      return 'array'
    default:
      throw damagedKey('unknown type', 0)
  }
}

/**
 * Compares two encoded keys, as memcmp does.
 * https://w3c.github.io/IndexedDB/#compare-two-keys
 */
export function compareKeys(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
  const length = Math.min(a.length, b.length)
  let i = 0
  while (i < length && a[i] === b[i]) i++
  if (i === length) return a.length === b.length ? 0 : a.length < b.length ? -1 : 1
  // Both lie inside, so neither is undefined.
  return (a[i] as number) < (b[i] as number) ? -1 : 1
}

/** The error for bytes that are no key; `offset` is where in the bytes. */
export function damagedKey(reason: string, offset: number): StorageError {
  return new StorageError('corrupt', `Stored key is damaged at byte ${offset}: ${reason}`)
}
