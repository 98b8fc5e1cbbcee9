/** How heavy operations are: the pump counts by it. */
import type { Operation } from '../../protocol/protocol.ts'

/** A small operation's weight; the unit in which the pump counts. */
const small = 1
/** Bytes an engine stores in about the time of a small operation. */
const bytesPerSmall = 4096
/** An operation of unknown length: the clock is asked for each. */
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
