/**
 * What a client has asked of one transaction, on its way to the host, in order.
 *
 * A scan is executed in pieces, and none begins while the client has much to take that was sent to it, or another piece for it is
 * under way: so an owner keeps little for a client that does not read. What is asked after a scan waits until it is over.
 */
import { Fifo } from '../../base/fifo.ts'
import type {
  CommitMark,
  HostTransaction,
  Operation,
  OperationReceiver,
  ScanOperation,
} from '../../protocol/protocol.ts'
import { ScanInPieces, type ServedReceiver } from './scan-in-pieces.ts'
import type { ScanTurns, TurnKind } from './scan-turns.ts'
import type { SendWindow, Waiting } from './send-window.ts'

interface AskedOperation {
  readonly operation: Operation
  readonly receiver: ServedReceiver
}

interface AskedCommit {
  readonly failuresSeen: number
  readonly mark: CommitMark | undefined
}

export class TransactionLine implements Waiting {
  readonly #transaction: HostTransaction
  readonly #window: SendWindow
  readonly #turns: ScanTurns
  /** What waits for the scan before it, or for the client; null when nothing ever did. */
  #waiting: Fifo<AskedOperation> | null = null
  /** Asked for after all that waits; null: not yet, or it is with the host. */
  #commit: AskedCommit | null = null
  /** The scan that is not over; null: none. */
  #scan: ScanInPieces | null = null
  /** The turn that its piece has taken; null: none is under way. */
  #turn: TurnKind | null = null
  /** Whether it is known to have started: one of its scans has been executed, or its probe. */
  #state: 'unknown' | 'probed' | 'started' = 'unknown'
  #isAdvancing = false

  constructor(
    transaction: HostTransaction,
    { window, turns }: { readonly window: SendWindow; readonly turns: ScanTurns },
  ) {
    this.#transaction = transaction
    this.#window = window
    this.#turns = turns
  }

  execute(operation: Operation, receiver: ServedReceiver): void {
    if (!this.#scan && !this.#waiting?.length) {
      if (operation.type !== 'scan') return this.#transaction.execute(operation, receiver)
    }
    if (operation.type === 'put') operation.value.keep()
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
    this.#transaction.abort()
    this.ended()
  }

  /** It is over: no answer comes to what it has asked. */
  ended(): void {
    this.#waiting = null
    this.#commit = null
    this.#scan = null
    this.#giveTurn()
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
    if (operation.type === 'scan' && !this.#mayScan(operation, receiver)) return false
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
    if (!scan.isBetweenPieces || !this.#mayGoOn()) return false
    this.#transaction.execute(scan.nextPiece(), scan)
    return true
  }

  #pieceEnded(isOver: boolean): void {
    if (isOver) this.#scan = null
    this.#state = 'started'
    this.#giveTurn()
    this.advance()
  }

  #handCommit(): boolean {
    const commit = this.#commit
    this.#commit = null
    if (commit) this.#transaction.commit(commit.failuresSeen, commit.mark)
    return false
  }

  /** Whether a scan may begin. */
  #mayScan(scan: ScanOperation, receiver: OperationReceiver): boolean {
    if (this.#hasStarted()) return this.#mayGoOn()
    if (this.#state === 'probed' || this.#isHeldUp()) return false
    if (this.#takeTurn('unknown')) return true
    this.#probe(scan, receiver)
    return this.#hasStarted() && this.#mayGoOn()
  }

  #hasStarted(): boolean {
    return this.#state === 'started'
  }

  /** Whether another piece may be executed; it has started. */
  #mayGoOn(): boolean {
    if (this.#isHeldUp()) return false
    if (this.#takeTurn('started')) return true
    this.#turns.wait(this)
    return false
  }

  #isHeldUp(): boolean {
    if (this.#window.isFull) this.#window.wait(this)
    return this.#window.isFull
  }

  #takeTurn(kind: TurnKind): boolean {
    const isTaken = this.#turns.take(kind)
    if (isTaken) this.#turn = kind
    return isTaken
  }

  #giveTurn(): void {
    const turn = this.#turn
    this.#turn = null
    if (turn) this.#turns.give(turn)
  }

  /** Has the host count no records: the answer says that the transaction has started. What makes that fail would be the scan's end. */
  #probe({ storeId, indexId, range: { lower } }: ScanOperation, receiver: OperationReceiver): void {
    this.#state = 'probed'
    const range = { lower, upper: lower }
    this.#transaction.execute(
      { type: 'count', storeId, indexId, range },
      {
        record: () => {},
        done: () => {
          this.#state = 'started'
          this.advance()
        },
        failed: (reason) => receiver.failed(reason),
      },
    )
  }
}
