/**
 * What a client has asked of one transaction, on its way to the host, in order.
 *
 * A scan is executed in pieces, and none begins while the client has much to take that was sent to it: so an owner keeps little for
 * a client that does not read. What is asked after a scan waits until it is over.
 */
import { Fifo } from '../../base/fifo.ts'
import type {
  CommitMark,
  HostTransaction,
  Operation,
  OperationReceiver,
} from '../../protocol/protocol.ts'
import { ScanInPieces } from './scan-in-pieces.ts'
import type { SendWindow, Waiting } from './send-window.ts'

interface AskedOperation {
  readonly operation: Operation
  readonly receiver: OperationReceiver
}

interface AskedCommit {
  readonly failuresSeen: number
  readonly mark: CommitMark | undefined
}

export class TransactionLine implements Waiting {
  readonly #transaction: HostTransaction
  readonly #window: SendWindow
  /** What waits for the scan before it, or for the client; null when nothing ever did. */
  #waiting: Fifo<AskedOperation> | null = null
  /** Asked for after all that waits; null: not yet, or it is with the host. */
  #commit: AskedCommit | null = null
  /** The scan that is not over; null: none. */
  #scan: ScanInPieces | null = null
  #isAdvancing = false

  constructor(transaction: HostTransaction, window: SendWindow) {
    this.#transaction = transaction
    this.#window = window
  }

  execute(operation: Operation, receiver: OperationReceiver): void {
    if (!this.#scan && !this.#waiting?.length) {
      if (operation.type !== 'scan') return this.#transaction.execute(operation, receiver)
    }
    this.#waiting ??= new Fifo()
    this.#waiting.push({ operation, receiver })
    this.advance()
  }

  commit(failuresSeen: number, mark: CommitMark | undefined): void {
    this.#commit = { failuresSeen, mark }
    this.advance()
  }

  /** False: it is not asked of the host, as something is to come first. */
  offerCommit(failuresSeen: number, mark: CommitMark | undefined): boolean {
    if (this.#scan || this.#waiting?.length) return false
    this.#transaction.offerCommit(failuresSeen, mark)
    return true
  }

  abort(): void {
    this.#waiting = null
    this.#commit = null
    this.#transaction.abort()
  }

  /** Goes on as far as it may: again when a scan's piece is over, and when the client has taken what was sent. */
  advance(): void {
    if (this.#isAdvancing) return
    this.#isAdvancing = true
    try {
      while (this.#step());
    } finally {
      this.#isAdvancing = false
    }
  }

  /** Hands one thing to the host, and says whether to go on. */
  #step(): boolean {
    if (this.#scan) return this.#goOnScanning(this.#scan)
    const next = this.#waiting?.first()
    if (!next) return this.#handCommit()
    const { operation, receiver } = next
    if (operation.type === 'scan' && !this.#mayScan()) return false
    this.#waiting?.shift()
    if (operation.type === 'scan') {
      this.#scan = new ScanInPieces(operation, receiver, (isOver) => this.#pieceEnded(isOver))
      this.#transaction.execute(this.#scan.nextPiece(), this.#scan)
    } else {
      this.#transaction.execute(operation, receiver)
    }
    return true
  }

  #goOnScanning(scan: ScanInPieces): boolean {
    if (!scan.isBetweenPieces || !this.#mayScan()) return false
    this.#transaction.execute(scan.nextPiece(), scan)
    return true
  }

  #pieceEnded(isOver: boolean): void {
    if (isOver) this.#scan = null
    this.advance()
  }

  #handCommit(): boolean {
    const commit = this.#commit
    this.#commit = null
    if (commit) this.#transaction.commit(commit.failuresSeen, commit.mark)
    return false
  }

  #mayScan(): boolean {
    if (!this.#window.isFull) return true
    this.#window.wait(this)
    return false
  }
}
