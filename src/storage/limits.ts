/**
 * The limits, which keep whatever is stored well inside those of the engine: a heap of 2 GiB, in which a record lies up to
 * three times while it is written, and 10^9 bytes in a row.
 *
 * What goes beyond one fails with UnknownError, as it does where browsers refuse what is too large: the value or the key is
 * valid, so neither DataError nor DataCloneError would be true.
 */
import { domException } from '../errors.ts'
import { forEachIndexKey } from '../keys/index-keys.ts'

/** A record's value, key and index keys together, as stored. */
export const largestRecordBytes = 512 * 1024 * 1024

/** A record's key, and each of its index keys, as stored. */
export const longestKeyBytes = 16 * 1024 * 1024

/** The name of a database, an object store or an index, and the JSON of a key path. */
export const longestNameUnits = 1024 * 1024

/** Object stores and indexes are numbered, and no number is used twice: the engine binds them as signed 32-bit integers. */
export const highestId = 2 ** 31 - 2

/** The parts of a record to be stored. */
export interface RecordParts {
  /** null: the host generates it, and it is a number. */
  readonly key: Uint8Array | null
  readonly indexKeys: Uint8Array | null
  readonly value: { readonly length: number }
}

/** @throws UnknownError for a record that is too large, or has too long a key. */
export function checkRecordSize({ key, indexKeys, value }: RecordParts): void {
  const keyBytes = key?.length ?? 0
  const indexBytes = indexKeys?.length ?? 0
  if (keyBytes > longestKeyBytes) throw tooLarge('A key', keyBytes, longestKeyBytes)
  if (indexKeys) checkIndexKeys(indexKeys)
  const sizeBytes = keyBytes + indexBytes + value.length
  if (sizeBytes > largestRecordBytes) throw tooLarge('A record', sizeBytes, largestRecordBytes)
}

/** The same for entries that a new index adds to a record. @throws UnknownError */
export function checkIndexKeys(block: Uint8Array): void {
  if (block.length <= longestKeyBytes) return
  forEachIndexKey(block, (_, start, end) => {
    if (end - start > longestKeyBytes) throw tooLarge('An index key', end - start, longestKeyBytes)
  })
}

/** @throws UnknownError for a name, or the JSON of a key path, that is too long. `what` names it. */
export function checkNameLength(what: string, name: string): void {
  if (name.length <= longestNameUnits) return
  throw domException(
    'UnknownError',
    `${what} is ${name.length} code units long; at most ${longestNameUnits} can be stored`,
    { code: 'ERR_IDB_TOO_LARGE', size: name.length, limit: longestNameUnits },
  )
}

/** @throws UnknownError when all numbers have been given out. `what`: object stores or indexes. */
export function checkId(what: string, id: number): void {
  if (id <= highestId) return
  throw domException(
    'UnknownError',
    `The database has had ${highestId} ${what}, and can have no more; copy what is in it to a new one`,
    { code: 'ERR_IDB_TOO_LARGE', size: id, limit: highestId },
  )
}

function tooLarge(what: string, sizeBytes: number, limitBytes: number): DOMException {
  return domException(
    'UnknownError',
    `${what} takes ${sizeBytes} bytes as stored; at most ${limitBytes} can be stored`,
    { code: 'ERR_IDB_TOO_LARGE', size: sizeBytes, limit: limitBytes },
  )
}
