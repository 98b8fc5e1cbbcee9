/** What waits for the answer to an operation, at the realm's end of a port. */
import type { Operation, OperationReceiver } from '../../protocol/protocol.ts'

/** The answer to one operation. */
export class AwaitedAnswer {
  readonly receiver: OperationReceiver
  readonly expected: ResultKind
  readonly sizeBytes: number

  constructor(receiver: OperationReceiver, expected: ResultKind, sizeBytes: number) {
    this.receiver = receiver
    this.expected = expected
    this.sizeBytes = sizeBytes
  }
}

/** What `typeof` says of an operation's result. */
type ResultKind = 'undefined' | 'number' | 'object'

/** Of which kind its result is. */
export function resultOf(operation: Operation): ResultKind {
  if (operation.type === 'count') return 'number'
  return operation.type === 'put' && operation.key === null ? 'object' : 'undefined'
}
