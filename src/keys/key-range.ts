/**
 * Key ranges over encoded keys.
 *
 * Encoded keys are prefix-free (no key's bytes begin another's), and a key's first byte is a tag, below 0xFF. So
 * `key ++ FF` sorts after `key` and everything that starts with it, and before every other larger key. With that any
 * combination of open and closed bounds becomes one half-open interval of bytes, for a store (`key`) and for an index
 * (`key`, then primary key) alike.
 */
import { shortBytes } from '../bytes/byte-arena.ts'
import { compareKeys } from './key.ts'

/** https://w3c.github.io/IndexedDB/#key-range-construct */
export interface KeyRange {
  /** An encoded key; null: unbounded. */
  readonly lower: Uint8Array | null
  /** An encoded key; null: unbounded. */
  readonly upper: Uint8Array | null
  readonly lowerOpen: boolean
  readonly upperOpen: boolean
}

/** A key range as half-open byte interval: `lower <= key < upper`; `upper` null: exactly the key `lower`. */
export interface EncodedRange {
  readonly lower: Uint8Array
  readonly upper: Uint8Array | null
}

/** All keys. https://w3c.github.io/IndexedDB/#unbounded-key-range */
export const unboundedRange: KeyRange = {
  lower: null,
  upper: null,
  lowerOpen: false,
  upperOpen: false,
}

/** Before all keys; not empty, since an empty blob is easily taken for none. */
const beforeAllKeys = Uint8Array.of(0x00)

/** After all keys. */
const behindAllKeys = Uint8Array.of(0xff)

/** The range that holds one key. https://w3c.github.io/IndexedDB/#containing-only */
export function onlyKey(key: Uint8Array): KeyRange {
  return { lower: key, upper: key, lowerOpen: false, upperOpen: false }
}

/**
 * Whether the lower bound is greater than the upper one, which `IDBKeyRange.bound()` refuses.
 * https://w3c.github.io/IndexedDB/#dom-idbkeyrange-bound
 */
export function isInverted({ lower, upper }: KeyRange): boolean {
  return lower !== null && upper !== null && compareKeys(lower, upper) > 0
}

/** https://w3c.github.io/IndexedDB/#in */
export function isInRange(key: Uint8Array, range: KeyRange): boolean {
  const { lower, upper } = range
  if (lower !== null && compareKeys(key, lower) < (range.lowerOpen ? 1 : 0)) return false
  return upper === null || compareKeys(key, upper) <= (range.upperOpen ? -1 : 0)
}

/** The range as an interval of bytes. Bounds that need no byte more are not copied. */
export function encodeRange(range: KeyRange): EncodedRange {
  const { lower, upper } = range
  if (isSingleKey(range)) return { lower: lower ?? beforeAllKeys, upper: null }
  return {
    lower: lower === null ? beforeAllKeys : range.lowerOpen ? behindKey(lower) : lower,
    upper: upper === null ? behindAllKeys : range.upperOpen ? upper : behindKey(upper),
  }
}

/** Every key there can be. */
export const allKeys: EncodedRange = { lower: beforeAllKeys, upper: behindAllKeys }

/** Whether two intervals may have a key in common. */
export function overlap(one: EncodedRange, other: EncodedRange): boolean {
  return isBelow(one.lower, other) && isBelow(other.lower, one)
}

/** Whether the bound lies before the end of the interval. */
function isBelow(bound: Uint8Array, { lower, upper }: EncodedRange): boolean {
  return upper === null ? compareKeys(bound, lower) <= 0 : compareKeys(bound, upper) < 0
}

/** Whether the interval has all keys. */
export function hasAllKeys({ lower, upper }: EncodedRange): boolean {
  if (upper === null) return false
  return compareKeys(lower, beforeAllKeys) === 0 && compareKeys(upper, behindAllKeys) === 0
}

function isSingleKey({ lower, upper, lowerOpen, upperOpen }: KeyRange): boolean {
  if (lower === null || upper === null || lowerOpen || upperOpen) return false
  return lower === upper || compareKeys(lower, upper) === 0
}

/** `key ++ FF`. */
export function behindKey(key: Uint8Array): Uint8Array {
  const bytes = shortBytes(key.length + 1)
  bytes.set(key)
  bytes[key.length] = 0xff
  return bytes
}
