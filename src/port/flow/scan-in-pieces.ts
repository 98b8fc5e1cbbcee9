/** A scan that is executed in pieces, for which it is the receiver; whose scan it is notices little of them. */
import type { LongValue } from '../../storage/storage.ts'
import type {
  OperationReceiver,
  OperationResult,
  RecordBytes,
  ScanOperation,
} from '../../protocol/protocol.ts'
import type { Failure } from '../../errors.ts'

/** A piece ends with the record that reaches it. */
const pieceBytes = 256 * 1024

/** A longer value is read, and sent, in parts of this size: a piece is all that is kept of it. */
const partBytes = 1024 * 1024

/** Shorter ones are sent as a whole, which is faster. */
const longestWhole = 4 * partBytes

/** What takes the answers to a client's operation. */
export interface ServedReceiver extends OperationReceiver {
  /** A record whose value is too long: it comes in parts. */
  longRecord(record: RecordBytes, sizeBytes: number): void
  /** Part of it is the value of that record, which has no keys. */
  part(record: RecordBytes): void
}

export class ScanInPieces implements OperationReceiver {
  readonly #receiver: ServedReceiver
  readonly #ended: (isOver: boolean) => void
  /** What is left of it. */
  #left: ScanOperation
  /** Whether the host has nothing of it, and it is not over. */
  isBetweenPieces = true
  #pieceBytes = 0
  #pieceCount = 0
  /** Where the piece ended; null: there is nothing after it. */
  #position: ScanOperation['after'] = null
  /** The value that comes in parts, the last thing of a piece; null: none does. */
  #long: LongValue | null = null
  /** How far it has come. */
  #partEnd = 0

  /** `ended` is called at the end of each piece. */
  constructor(scan: ScanOperation, receiver: ServedReceiver, ended: (isOver: boolean) => void) {
    this.#left = scan
    this.#receiver = receiver
    this.#ended = ended
  }

  /** To be executed now. */
  nextPiece(): ScanOperation {
    this.isBetweenPieces = false
    if (this.#long) return this.#nextPart(this.#long)
    this.#pieceBytes = 0
    this.#pieceCount = 0
    this.#position = null
    const limitBytes = Math.min(this.#left.limitBytes, pieceBytes)
    return { ...this.#left, limitBytes, longestValue: longestWhole }
  }

  #nextPart({ id, sizeBytes }: LongValue): ScanOperation {
    const start = this.#partEnd
    this.#partEnd = Math.min(sizeBytes, start + partBytes)
    return { ...this.#left, part: { id, start, end: this.#partEnd } }
  }

  record(record: RecordBytes): void {
    if (this.#long) return this.#receiver.part(record)
    this.#pieceCount++
    this.#pieceBytes += sizeOf(record)
    if (this.#pieceBytes >= pieceBytes) this.#position = positionOf(record)
    const { long = null } = record
    this.#long = long
    this.#partEnd = 0
    if (long) this.#receiver.longRecord(record, long.sizeBytes)
    else this.#receiver.record(record)
  }

  done(result: OperationResult): void {
    if (this.#long && this.#partEnd === this.#long.sizeBytes) this.#long = null
    if (this.#long) {
      this.isBetweenPieces = true
      return this.#ended(false)
    }
    const isOver = !this.#takeOff()
    this.isBetweenPieces = !isOver
    if (isOver) this.#receiver.done(result)
    this.#ended(isOver)
  }

  /** No scan fails without its transaction: nothing comes after it. */
  failed(reason: Failure): void {
    this.#receiver.failed(reason)
  }

  /** Takes the piece off what is left; false: that is nothing. */
  #takeOff(): boolean {
    const after = this.#position
    if (!after) return false
    const limit = this.#left.limit - this.#pieceCount
    const limitBytes = this.#left.limitBytes - this.#pieceBytes
    if (limit <= 0 || limitBytes <= 0) return false
    this.#left = { ...this.#left, after, inclusive: false, skip: 0, limit, limitBytes }
    return true
  }
}

/** As `Scan.limitBytes` counts. */
function sizeOf(record: RecordBytes): number {
  const { keyStart, keyEnd, primaryKeyStart, primaryKeyEnd, valueStart, valueEnd, long } = record
  const primaryKeyBytes = primaryKeyStart === keyStart ? 0 : primaryKeyEnd - primaryKeyStart
  return keyEnd - keyStart + primaryKeyBytes + valueEnd - valueStart + (long?.sizeBytes ?? 0)
}

function positionOf(record: RecordBytes): ScanOperation['after'] {
  const { bytes, keyStart, keyEnd, primaryKeyStart, primaryKeyEnd } = record
  return {
    key: bytes.slice(keyStart, keyEnd),
    primaryKey: bytes.slice(primaryKeyStart, primaryKeyEnd),
  }
}
