/**
 * Key ranges over encoded keys.
 *
 * Encoded keys are prefix-free (no key's bytes begin another's) and no byte of a key's first position reaches 0xFF. So
 * `key ++ FF` lies behind `key` and everything that starts with it, and before every other larger key. With that any
 * combination of open and closed bounds becomes one half-open interval of bytes, for a store (`key`) and for an index
 * (`key`, then primary key) alike.
 */

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
