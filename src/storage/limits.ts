/**
 * The limits, which keep what is stored well inside those of the engine. The numbers are the engine's: its directory has
 * them, and every connection.
 *
 * What goes beyond one fails with UnknownError, as it does where browsers refuse what is too large: the value or the key is
 * valid, so neither DataError nor DataCloneError would be true.
 */
import { domException } from '../errors.ts'
import { forEachIndexKey } from '../keys/index-keys.ts'

/** How much an engine can store. */
export interface StorageLimits {
  /** A record's value, key and index keys together, as stored. */
  readonly recordBytes: number
  /** A record's key, and each of its index keys, as stored. */
  readonly keyBytes: number
  /** Whose limit of keys that is and what to do, as the end of a sentence; absent where there is nothing to say. */
  readonly keyReason?: string
  /** The name of a database, an object store or an index, and the JSON of a key path, in UTF-16 code units. */
  readonly nameUnits: number
  /** Object stores and indexes are numbered from 1, and no number is used twice. */
  readonly highestId: number
}

/** The object store that a record is to be stored in, and its indexes. */
export interface RecordPlace {
  /** Left out: it is not known. */
  readonly name?: string
  readonly indexes: ReadonlyMap<number, { readonly name: string }>
}

/** The parts of a record to be stored. */
export interface RecordParts {
  /** null: the host generates it, and it is a number. */
  readonly key: Uint8Array | null
  readonly indexKeys: Uint8Array | null
  readonly value: { readonly length: number }
}

/** @throws UnknownError for a record that is too large, or has too long a key. `store`: undefined where it was deleted. */
export function checkRecordSize(
  limits: StorageLimits,
  { key, indexKeys, value }: RecordParts,
  store: RecordPlace | undefined,
): void {
  const keyBytes = key?.length ?? 0
  const indexBytes = indexKeys?.length ?? 0
  if (keyBytes > limits.keyBytes) throw keyTooLong(limits, keyBytes, store)
  if (indexKeys) checkIndexKeys(limits, indexKeys, store)
  const sizeBytes = keyBytes + indexBytes + value.length
  if (sizeBytes > limits.recordBytes) throw tooLarge('A record', sizeBytes, limits.recordBytes)
}

/** The same for entries that a new index adds to a record. @throws UnknownError */
export function checkIndexKeys(
  limits: StorageLimits,
  block: Uint8Array,
  store: RecordPlace | undefined,
): void {
  if (block.length <= limits.keyBytes) return
  forEachIndexKey(block, (id, start, end) => {
    if (end - start > limits.keyBytes) {
      throw keyTooLong(limits, end - start, store, store?.indexes.get(id)?.name)
    }
  })
}

/** @throws UnknownError for a name, or the JSON of a key path, that is too long. `what` names it. */
export function checkNameLength({ nameUnits }: StorageLimits, what: string, name: string): void {
  if (name.length <= nameUnits) return
  throw domException(
    'UnknownError',
    `${what} is ${name.length} code units long; at most ${nameUnits} can be stored`,
    { code: 'ERR_IDB_TOO_LARGE', size: name.length, limit: nameUnits },
  )
}

/** @throws UnknownError when all numbers have been given out. `what`: object stores or indexes. */
export function checkId({ highestId }: StorageLimits, what: string, id: number): void {
  if (id <= highestId) return
  throw domException(
    'UnknownError',
    `The database has had ${highestId} ${what}, and can have no more; copy what is in it to a new one`,
    { code: 'ERR_IDB_TOO_LARGE', size: id, limit: highestId },
  )
}

function keyTooLong(
  { keyBytes, keyReason }: StorageLimits,
  sizeBytes: number,
  { name: store }: Partial<RecordPlace> = {},
  index?: string,
): DOMException {
  const ofIndex = index === undefined ? '' : ` of index "${index}"`
  const ofStore = store === undefined ? '' : ` of object store "${store}"`
  const facts = { ...(store !== undefined && { store }), ...(index !== undefined && { index }) }
  return tooLarge(`A key${ofIndex}${ofStore}`, sizeBytes, keyBytes, { reason: keyReason, facts })
}

function tooLarge(
  what: string,
  sizeBytes: number,
  limitBytes: number,
  { reason, facts }: { readonly reason?: string | undefined; readonly facts?: object } = {},
): DOMException {
  const message = `${what} takes ${sizeBytes} bytes as stored; at most ${limitBytes} can be stored${reason ? `, ${reason}` : ''}`
  const known = { code: 'ERR_IDB_TOO_LARGE', size: sizeBytes, limit: limitBytes } as const
  return domException('UnknownError', message, { ...known, ...facts })
}
