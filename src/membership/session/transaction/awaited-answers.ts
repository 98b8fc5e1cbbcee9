/** The operations of a transaction that its realm has no answer to, in the order in which they were asked. */
import { Fifo } from '../../../base/fifo.ts'
import type { Operation, OperationReceiver } from '../../../protocol/protocol.ts'

/** One of them. */
interface AwaitedAnswer {
  readonly receiver: OperationReceiver
  /** Whether it says more than that the operation is done. */
  readonly isTelling: boolean
}

export class AwaitedAnswers {
  readonly #awaited = new Fifo<AwaitedAnswer>()
  #tellingCount = 0

  get count(): number {
    return this.#awaited.length
  }

  /** Whether one of them says more than that its operation is done. */
  get isOneTelling(): boolean {
    return this.#tellingCount > 0
  }

  add(receiver: OperationReceiver, operation: Operation): void {
    const isTelling = tellsMore(operation)
    if (isTelling) this.#tellingCount++
    this.#awaited.push({ receiver, isTelling })
  }

  /** Whom the next answer is for. */
  get first(): OperationReceiver | undefined {
    return this.#awaited.first()?.receiver
  }

  /** The same, who has it now; null: none is awaited. */
  take(): OperationReceiver | null {
    const awaited = this.#awaited.shift()
    if (!awaited) return null
    if (awaited.isTelling) this.#tellingCount--
    return awaited.receiver
  }

  clear(): void {
    this.#awaited.clear()
    this.#tellingCount = 0
  }
}

/** Whether the answer to an operation that succeeds says more than that. */
function tellsMore(operation: Operation): boolean {
  if (operation.type === 'put') return operation.key === null
  return operation.type === 'scan' || operation.type === 'count'
}
