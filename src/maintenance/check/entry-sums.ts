/**
 * Sums over the entries of an index, in any order: those that it has and those that its records should have are the same if and,
 * but for a chance of one in 2^64, only if their sums are. So two walks compare millions of entries, and none is looked up.
 */

/** Where a key lies. */
export interface Stretch {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** A key that has bytes of its own. */
export function wholly(bytes: Uint8Array): Stretch {
  return { bytes, start: 0, end: bytes.length }
}

/** Any two numbers that differ. */
const lowSeed = 0x811c9dc5
const highSeed = 0x9e3779b9

/** The entries of one index, added up. */
export class EntrySum {
  #count = 0
  #low = 0
  #high = 0

  add(key: Stretch, primaryKey: Stretch): void {
    this.#count++
    this.#low = (this.#low + mixed(hashOf(primaryKey, hashOf(key, lowSeed)))) | 0
    this.#high = (this.#high + mixed(hashOf(primaryKey, hashOf(key, highSeed)))) | 0
  }

  equals(other: EntrySum): boolean {
    return this.#count === other.#count && this.#low === other.#low && this.#high === other.#high
  }
}

/** FNV-1a, which goes on from another hash. */
function hashOf({ bytes, start, end }: Stretch, seed: number): number {
  let hash = seed
  // `i` is within the bytes.
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193)
  return hash
}

/** Spreads what the last bytes have changed over all bits, without which sums of hashes would tell little. */
function mixed(hash: number): number {
  let bits = hash
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
