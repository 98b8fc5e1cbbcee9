/**
 * What a transaction was asked, so that it can be asked again at the next owner. Values are kept beyond the call they came in; what
 * is larger than the limit is given up, and with it the chance to survive a change of owner.
 */
import { append } from '../../../base/own-property.ts'
import { ValueBytes } from '../../../bytes/value-bytes.ts'
import type { Operation } from '../../../protocol/protocol.ts'

/** The most that the operations of a transaction may weigh, in bytes, by what it is to outlive: a note has to fit into local storage. */
const longestBytes = { owner: 16 * 1024 * 1024, realm: 64 * 1024 }

/** What an operation weighs in addition to its bytes. */
const operationBytes = 100

export class ReplayLog {
  #operations: Operation[] = []
  #sizeBytes = 0
  readonly #longestBytes: number
  /** Whether it has been given up: what it holds is not all there was. */
  isGivenUp = false

  constructor(outlives: keyof typeof longestBytes) {
    this.#longestBytes = longestBytes[outlives]
  }

  get operations(): readonly Operation[] {
    return this.#operations
  }

  /**
   * Notes an operation; gives it as it is to be passed on. `isSent`: it goes to a host at once, as all before it did, so
   * that a log that is too long need not keep it.
   */
  add(operation: Operation, isSent: boolean): Operation {
    if (this.isGivenUp && isSent) return operation
    this.#sizeBytes += sizeOf(operation)
    if (isSent && this.#sizeBytes > this.#longestBytes) {
      this.#giveUp()
      return operation
    }
    const kept = lasting(operation)
    append(this.#operations, kept)
    return kept
  }

  /** All there is has been sent: what is too long is kept no more. */
  allSent(): void {
    if (this.isGivenUp || this.#sizeBytes > this.#longestBytes) this.#giveUp()
  }

  #giveUp(): void {
    this.isGivenUp = true
    this.#operations = []
  }
}

/**
 * The operation with a value that stays, whatever the host does with it; and with keys, which one host would leave out and another
 * would not, so that the same answer did not look the same.
 */
function lasting(operation: Operation): Operation {
  if (operation.type === 'scan' && operation.withKeys === false) {
    return { ...operation, withKeys: undefined }
  }
  if (operation.type !== 'put') return operation
  const given = operation.value.give()
  if (given) return { ...operation, value: new ValueBytes(given, 'kept') }
  operation.value.keep()
  return operation
}

function sizeOf(operation: Operation): number {
  if (operation.type !== 'put') return operationBytes
  const { key, value, indexKeys } = operation
  return operationBytes + value.length + (key?.length ?? 0) + (indexKeys?.length ?? 0)
}
