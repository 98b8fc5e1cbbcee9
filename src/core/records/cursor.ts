/**
 * Cursors. The host keeps none: each iteration asks it for the records after the current position, several at a time,
 * and later iterations are answered from what was read ahead, as long as the transaction has not written to the store.
 * https://w3c.github.io/IndexedDB/#cursor-construct
 */
import { copyShortBytes } from '../../bytes/byte-arena.ts'
import { append } from '../../base/own-property.ts'
import { type Direction, isForward } from '../../keys/direction.ts'
import type { RecordBytes } from '../../protocol/protocol.ts'
import { compareKeys, damagedKey } from '../../keys/key.ts'
import { convertKeyToValue, keyEnd } from '../../keys/convert-key-to-value.ts'
import { type KeyRange, encodeRange } from '../../keys/key-range.ts'
import type { Place } from '../../explain/place.ts'
import type { ObjectStoreHandle, Source } from '../handles.ts'
import { valueOf } from './result-readers.ts'
import { Request, type ResultReader } from '../request.ts'
import { executeRequest, placeRequest } from '../execute-request.ts'
import { type Transaction, assertActive } from '../transaction.ts'

/** A record read for a cursor; the bytes are its own. */
interface CursorRecord {
  readonly key: Uint8Array
  readonly primaryKey: Uint8Array
  /** Deserialized; undefined for a key cursor. */
  readonly value: unknown
}

/** Where an iteration goes: past `skip` records, and not before `key` (and `primaryKey`) where they are not null. */
export interface Step {
  readonly skip: number
  readonly key: Uint8Array | null
  readonly primaryKey: Uint8Array | null
}

const nextRecord: Step = { skip: 0, key: null, primaryKey: null }

/** The first read is small, since many cursors are opened for one record; later ones grow. */
const firstBatch = 2
const batchGrowth = 4
const largestBatch = 128
const largestBatchBytes = 256 * 1024

/** They sort before and after every primary key. */
const lowestKey = Uint8Array.of()
const highestKey = Uint8Array.of(0xff)

export class Cursor {
  readonly source: Source
  readonly range: KeyRange
  readonly direction: Direction
  /** https://w3c.github.io/IndexedDB/#cursor-key-only-flag */
  readonly keyOnly: boolean
  readonly request: Request
  /** https://w3c.github.io/IndexedDB/#cursor-got-value-flag: false while iterating, and past the end. */
  gotValue = false
  /** The current record; null before the first one. Past the end it stays the last one, its value gone. */
  position: CursorRecord | null = null
  /** https://w3c.github.io/IndexedDB/#cursor-key; undefined past the end. */
  readonly #decoded: { key: unknown; primaryKey: unknown } = {
    key: undefined,
    primaryKey: undefined,
  }
  #isPastEnd = false
  #isKeyDecoded = true
  #isPrimaryKeyDecoded = true
  /** What script sees; null until it has. */
  handle: object | null = null
  /** Records read together, valid as long as `writesSeen` is current. */
  readAhead: readonly CursorRecord[] = []
  /** Which of `readAhead` the cursor goes to next; the cursor has passed those before it. */
  nextAhead = 0
  writesSeen = 0
  batch = firstBatch
  /**
   * Where it was first asked to go on within `readAhead`, which stands for all of them: a stack costs more than a step. null: it was
   * not, or places are not noted.
   */
  steppedAt: Place | null = null

  constructor(source: Source, range: KeyRange, direction: Direction, keyOnly: boolean) {
    this.source = source
    this.range = range
    this.direction = direction
    this.keyOnly = keyOnly
    this.request = new CursorRequest(this)
  }

  get transaction(): Transaction {
    return this.source.transaction
  }

  /** https://w3c.github.io/IndexedDB/#cursor-effective-object-store */
  get effectiveStore(): ObjectStoreHandle {
    return this.source.store
  }

  /** Moves to a record; null: past the end. */
  arrive(record: CursorRecord | null): void {
    this.gotValue = record !== null
    this.#isPastEnd = record === null
    this.position = record ?? this.position
    this.#isKeyDecoded = this.#isPrimaryKeyDecoded = record === null
    this.#decoded.key = this.#decoded.primaryKey = undefined
  }

  /** Decoded when script first looks; the same object until the cursor moves. */
  get key(): unknown {
    if (!this.#isKeyDecoded && this.position) {
      this.#decoded.key = convertKeyToValue(this.position.key)
      this.#isKeyDecoded = true
    }
    return this.#decoded.key
  }

  get primaryKey(): unknown {
    if (!this.#isPrimaryKeyDecoded && this.position) {
      this.#decoded.primaryKey = convertKeyToValue(this.position.primaryKey)
      this.#isPrimaryKeyDecoded = true
    }
    return this.#decoded.primaryKey
  }

  get value(): unknown {
    return this.#isPastEnd ? undefined : this.position?.value
  }
}

class CursorRequest extends Request {
  readonly cursor: Cursor

  constructor(cursor: Cursor) {
    super(cursor.source, cursor.source.transaction, cursorReader)
    this.cursor = cursor
  }
}

/** Result: the cursor at its next record, or null past the end. */
const cursorReader: ResultReader = {
  operation: 'cursor',
  takesRecords: true,
  record: (request, record) => {
    const { cursor } = request as CursorRequest // This reader is used by cursor requests only.
    if (Array.isArray(request.gathered)) append(request.gathered, cursorRecord(cursor, record))
    else request.gathered = [cursorRecord(cursor, record)]
  },
  result: (request) => {
    const { cursor } = request as CursorRequest // As above.
    if (request.gathered) cursor.readAhead = request.gathered as CursorRecord[] // As `record` made it.
    request.gathered = undefined
    const record = cursor.readAhead[cursor.nextAhead++] ?? null
    if (record) checkRecord(cursor, record)
    cursor.arrive(record)
    return record ? cursor : null
  },
}

/**
 * The keys are decoded when script looks, and that is too late for an error. In a damaged index a cursor that is led back
 * might go round without end.
 * @throws StorageError 'corrupt'
 */
function checkRecord({ position, direction }: Cursor, { key, primaryKey }: CursorRecord): void {
  checkKey(key)
  if (primaryKey !== key) checkKey(primaryKey)
  if (!position) return
  const order = compareKeys(key, position.key) || compareKeys(primaryKey, position.primaryKey)
  if (order !== (isForward(direction) ? 1 : -1)) throw damagedKey('it is out of order', 0)
}

function checkKey(key: Uint8Array): void {
  const end = keyEnd(key, 0)
  if (end !== key.length) throw damagedKey('it does not end where it should', end)
}

function cursorRecord({ source, keyOnly, request }: Cursor, record: RecordBytes): CursorRecord {
  const { bytes, keyStart, keyEnd, primaryKeyStart, primaryKeyEnd } = record
  const key = copyShortBytes(bytes, keyStart, keyEnd)
  const primaryKey =
    source.indexId === 0 ? key : copyShortBytes(bytes, primaryKeyStart, primaryKeyEnd)
  return { key, primaryKey, value: keyOnly ? undefined : valueOf(record, request) }
}

/** Opens a cursor; the request's result is the cursor, or null when the range is empty. */
export function openCursor(
  source: Source,
  options: { range: KeyRange; direction: Direction; keyOnly: boolean },
): Request {
  const { range, direction, keyOnly } = options
  return readBatch(new Cursor(source, range, direction, keyOnly), nextRecord)
}

/** https://w3c.github.io/IndexedDB/#iterate-a-cursor, as the cursor's request. */
export function iterateCursor(cursor: Cursor, step: Step): void {
  assertActive(cursor.transaction)
  cursor.gotValue = false
  cursor.request.reuse()
  const place = placeAhead(cursor, step)
  if (place === -1) {
    readBatch(cursor, step)
    return
  }
  const { transaction, request } = cursor
  transaction.isMidCall = true
  cursor.nextAhead = place
  cursor.steppedAt = placeRequest(request, cursor.steppedAt)
  transaction.answer(request)
  transaction.isMidCall = false
}

/** Where in the read-ahead the step's goal is; -1 when it has to be read from the host. */
function placeAhead(cursor: Cursor, step: Step): number {
  const { source, readAhead } = cursor
  if (cursor.writesSeen !== source.store.writeCount) return -1
  let place = cursor.nextAhead + step.skip
  if (step.key) {
    while (place < readAhead.length && !isAtOrBehind(cursor, readAhead[place], step)) place++
  }
  return place < readAhead.length ? place : -1
}

function isAtOrBehind(
  { direction }: Cursor,
  record: CursorRecord | undefined,
  { key, primaryKey }: Step,
): boolean {
  if (!record || !key) return true
  const sign = isForward(direction) ? 1 : -1
  const order = compareKeys(record.key, key) * sign
  if (order !== 0 || !primaryKey) return order >= 0
  return compareKeys(record.primaryKey, primaryKey) * sign >= 0
}

function readBatch(cursor: Cursor, step: Step): Request {
  const { source, range, direction, keyOnly, request, batch } = cursor
  cursor.writesSeen = source.store.writeCount
  const { readAhead } = source.transaction.connection.host
  cursor.batch = Math.min(batch * batchGrowth, readAhead ?? largestBatch)
  cursor.readAhead = []
  cursor.nextAhead = 0
  cursor.steppedAt = null
  return executeRequest(request, {
    type: 'scan',
    storeId: source.storeId,
    indexId: source.indexId,
    range: encodeRange(range),
    direction,
    after: startOf(cursor, step),
    inclusive: step.key !== null,
    skip: step.skip,
    limit: batch,
    limitBytes: largestBatchBytes,
    withValues: !keyOnly,
    withKeys: undefined,
    // Own members, so that none is inherited.
    part: undefined,
    longestValue: undefined,
  })
}

/** The position to read on from; with a goal, the goal itself. */
function startOf(
  { position, source, direction }: Cursor,
  { key, primaryKey }: Step,
): { key: Uint8Array; primaryKey: Uint8Array } | null {
  if (!key) return position
  const anyPrimaryKey = isForward(direction) ? lowestKey : highestKey
  const fallback = source.indexId === 0 ? key : anyPrimaryKey
  return { key, primaryKey: primaryKey ?? fallback }
}
