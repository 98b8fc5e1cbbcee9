/** What has become of transactions over changes of owner, as it comes over a port. */
import type { SurvivalCounts } from '../../protocol/load.ts'
import { integerOf, membersOf } from '../malformed.ts'

/** @throws Malformed */
export function survivalOf(value: unknown): SurvivalCounts {
  const { replayed, settled, tooLong, differed, disconnected, unknown, own } = membersOf(value)
  return {
    replayed: integerOf(replayed, 0),
    settled: integerOf(settled, 0),
    tooLong: integerOf(tooLong, 0),
    differed: integerOf(differed, 0),
    disconnected: integerOf(disconnected, 0),
    unknown: integerOf(unknown, 0),
    own: integerOf(own, 0),
  }
}
