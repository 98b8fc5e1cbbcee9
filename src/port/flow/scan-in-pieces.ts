/** A scan that is executed in pieces, for which it is the receiver; whose scan it is notices nothing of them. */
import type {
  OperationReceiver,
  OperationResult,
  RecordBytes,
  ScanOperation,
} from '../../protocol/protocol.ts'
import type { Failure } from '../../errors.ts'

/** A piece ends with the record that reaches it. */
const pieceBytes = 256 * 1024

export class ScanInPieces implements OperationReceiver {
  readonly #receiver: OperationReceiver
  readonly #ended: (isOver: boolean) => void
  /** What is left of it. */
  #left: ScanOperation
  /** Whether the host has nothing of it, and it is not over. */
  isBetweenPieces = true
  #pieceBytes = 0
  #pieceCount = 0
  /** Where the piece ended; null: there is nothing after it. */
  #position: ScanOperation['after'] = null

  /** `ended` is called at the end of each piece. */
  constructor(scan: ScanOperation, receiver: OperationReceiver, ended: (isOver: boolean) => void) {
    this.#left = scan
    this.#receiver = receiver
    this.#ended = ended
  }

  /** To be executed now. */
  nextPiece(): ScanOperation {
    this.isBetweenPieces = false
    this.#pieceBytes = 0
    this.#pieceCount = 0
    this.#position = null
    const { limitBytes } = this.#left
    return limitBytes <= pieceBytes ? this.#left : { ...this.#left, limitBytes: pieceBytes }
  }

  record(record: RecordBytes): void {
    this.#pieceCount++
    this.#pieceBytes += sizeOf(record)
    if (this.#pieceBytes >= pieceBytes) this.#position = positionOf(record)
    this.#receiver.record(record)
  }

  done(result: OperationResult): void {
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
  const { keyStart, keyEnd, primaryKeyStart, primaryKeyEnd, valueStart, valueEnd } = record
  const primaryKeyBytes = primaryKeyStart === keyStart ? 0 : primaryKeyEnd - primaryKeyStart
  return keyEnd - keyStart + primaryKeyBytes + valueEnd - valueStart
}

function positionOf(record: RecordBytes): ScanOperation['after'] {
  const { bytes, keyStart, keyEnd, primaryKeyStart, primaryKeyEnd } = record
  return {
    key: bytes.slice(keyStart, keyEnd),
    primaryKey: bytes.slice(primaryKeyStart, primaryKeyEnd),
  }
}
