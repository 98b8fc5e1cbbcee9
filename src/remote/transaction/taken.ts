/** Takes operations of one type from a queue. */
import { append } from '../../base/own-property.ts'
import type { Fifo } from '../../base/fifo.ts'
import type { Operation } from '../../protocol/protocol.ts'
import type { Pending } from './ground.ts'

/** How many operations become one statement at most. */
const mostTogether = 1_000

type Type = Operation['type']
type Of<Name extends Type> = Pending<Extract<Operation, { readonly type: Name }>>

/** Whether an operation is of that type. */
export function isOf<Name extends Type>(pending: Pending, type: Name): pending is Of<Name> {
  return pending.operation.type === type
}

/** Takes those of a type from the head of the queue for as long as they fit. */
export function taken<Name extends Type>(
  queue: Fifo<Pending>,
  type: Name,
  fits: (pending: Of<Name>) => boolean,
): Of<Name>[] {
  const group: Of<Name>[] = []
  for (let next = queue.first(); next && group.length < mostTogether; next = queue.first()) {
    if (!isOf(next, type) || !fits(next)) break
    append(group, next)
    queue.shift()
  }
  return group
}
