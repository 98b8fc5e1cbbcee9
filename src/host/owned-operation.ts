/** Operations that outlive the call they came in. */
import { ByteArena } from '../bytes/byte-arena.ts'
import { isLetGo } from '../values/byte-writer.ts'
import type { Operation } from '../protocol/protocol.ts'

/** The values of all operations that wait. */
const values = new ByteArena()

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

/** Makes an operation outlive the call it came in: only a put's value does not by itself. */
export function keepOperation(operation: Operation): void {
  if (operation.type !== 'put' || isLetGo(operation.value)) return
  operation.value = values.copy(operation.value, operation.value.length)
}
