/** Bounds of key ranges that came over a port. */
import { isInterval } from '../../keys/check-range.ts'
import type { EncodedRange } from '../../keys/key-range.ts'
import { bytesOfMember, demand, membersOf } from '../malformed.ts'

/** The range that `value` is. @throws Malformed for anything else; StorageError as above */
export function boundedRangeOf(value: unknown): EncodedRange {
  const { lower: start, upper: end } = membersOf(value)
  const lower = bytesOfMember(start)
  const upper = end === null ? null : bytesOfMember(end)
  const range = { lower, upper }
  demand(isInterval(range), 'has an invalid key range')
  return range
}
