/** How heavy operations are: the pump counts by it. */
import type { Operation } from '../../protocol/protocol.ts'

/** A small operation's weight; the unit in which the pump counts. */
const small = 1
/** Bytes an engine stores in about the time of a small operation. */
const bytesPerSmall = 4096
/** The weight of an operation of unknown length: the clock is asked for each. */
export const unknownWeight = 16

/** How heavy an operation is, in small operations. */
export function weightOf(operation: Operation): number {
  switch (operation.type) {
    case 'put':
      return small + Math.floor(operation.value.length / bytesPerSmall)
    case 'scan':
      return operation.limit + operation.skip <= unknownWeight ? small : unknownWeight
    case 'count':
    case 'deleteRange':
      return operation.range.upper === null ? small : unknownWeight
    case 'clear':
    case 'changeSchema':
      return unknownWeight
  }
}
