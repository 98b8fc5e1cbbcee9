/**
 * Integers from 0 to 2^53 - 1 in as few bytes as they need: seven bits in each byte, the lowest first, the top bit set in
 * all bytes but the last. No number has two forms: a reader refuses one with more bytes than it needs.
 *
 * Worked examples: 5 is `05`, 200 is `C8 01`.
 */

/** No varint is longer: eight groups of seven bits hold 2^53. */
export const longestVarint = 8

/** How many bytes the varint of `n` takes. */
export function varintLength(n: number): number {
  let length = 1
  for (let rest = n; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++
  return length
}

/** Writes the varint of `n` where there is room for it; returns where it ends. */
export function writeVarint(bytes: Uint8Array, offset: number, n: number): number {
  let at = offset
  let rest = n
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  bytes[at++] = rest
  return at
}
