/**
 * Arrays in the server's binary format: bytes go as they are, where its text would take two digits for each, and a backslash more.
 *
 * | bytes | what |
 * |---|---|
 * | 4 | dimensions: 1, or 0 of an empty one, which ends after the type |
 * | 4 | whether one is null: 0 |
 * | 4 | the type of the items |
 * | 4 | how many they are |
 * | 4 | the number of the first: 1 |
 * | 4 and as many as these say | each item: its length, then its bytes |
 *
 * All numbers are big-endian. https://www.postgresql.org/docs/current/protocol-overview.html
 */
const headerBytes = 20

/** The types of items, as `pg_type` numbers them. */
const types = { bytea: 17, int4: 23 }

/** A `bytea[]`. */
export function byteaArray(items: readonly Uint8Array[]): Uint8Array {
  let sizeBytes = headerBytes
  for (const { length } of items) sizeBytes += 4 + length
  const array = withHeader(types.bytea, items.length, sizeBytes)
  let at = headerBytes
  for (const item of items) {
    at = array.writeInt32BE(item.length, at)
    array.set(item, at)
    at += item.length
  }
  return array
}

/** An `int[]`. */
export function intArray(items: readonly number[]): Uint8Array {
  const array = withHeader(types.int4, items.length, headerBytes + 8 * items.length)
  let at = headerBytes
  for (const item of items) at = array.writeInt32BE(item, array.writeInt32BE(4, at))
  return array
}

function withHeader(type: number, count: number, sizeBytes: number): Buffer {
  const array = Buffer.allocUnsafe(count === 0 ? 12 : sizeBytes)
  const header = count === 0 ? [0, 0, type] : [1, 0, type, count, 1]
  header.forEach((number, i) => array.writeInt32BE(number, 4 * i))
  return array
}
