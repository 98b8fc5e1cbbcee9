/** Operations that outlive the call they came in. */
import type { EncodedRange } from '../keys/key-range.ts'
import type { Operation } from './protocol.ts'

/** A small operation's weight; the unit in which the pump counts. */
const small = 1
/** Bytes an engine stores in about the time of a small operation. */
const bytesPerSmall = 4096
/** An operation whose length nobody knows before: the clock is asked for each. */
const unknown = 16

/** How heavy an operation is, in small operations. */
export function weightOf(operation: Operation): number {
  switch (operation.type) {
    case 'put':
      return small + Math.floor(operation.value.length / bytesPerSmall)
    case 'scan':
      return operation.limit + operation.skip <= unknown ? small : unknown
    case 'count':
    case 'deleteRange':
      return operation.range.upper === null ? small : unknown
    case 'clear':
    case 'changeSchema':
      return unknown
  }
}

/** The same operation with bytes of its own: the caller's are valid only during its call. */
export function ownedOperation(operation: Operation): Operation {
  switch (operation.type) {
    case 'put':
      return {
        ...operation,
        key: operation.key && operation.key.slice(),
        value: operation.value.slice(),
        indexKeys: operation.indexKeys && operation.indexKeys.slice(),
      }
    case 'scan': {
      const { after } = operation
      return {
        ...operation,
        range: ownedRange(operation.range),
        after: after && { key: after.key.slice(), primaryKey: after.primaryKey.slice() },
      }
    }
    case 'count':
    case 'deleteRange':
      return { ...operation, range: ownedRange(operation.range) }
    case 'clear':
      return { ...operation }
    case 'changeSchema':
      return operation
  }
}

function ownedRange({ lower, upper }: EncodedRange): EncodedRange {
  return { lower: lower.slice(), upper: upper && upper.slice() }
}
