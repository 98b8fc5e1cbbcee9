import { varintLength, writeVarint } from '../../src/bytes/varint.ts'

/** The block of these entries, in the form that `keys/index-keys.ts` describes; null for none. */
export function indexKeyBlock(
  entries: readonly (readonly [indexId: number, key: Uint8Array])[],
): Uint8Array | null {
  if (entries.length === 0) return null
  const bytes = entries.flatMap(([id, key]) => [...varint(id), ...varint(key.length), ...key])
  return Uint8Array.from(bytes)
}

function varint(n: number): Uint8Array {
  const bytes = new Uint8Array(varintLength(n))
  writeVarint(bytes, 0, n)
  return bytes
}
