/** What becomes of a transaction whose owner is gone, as far as that is known before it can begin at the next one. */
import type { CommitOutcome } from '../../../protocol/protocol.ts'
import type { AbortReason } from '../reasons.ts'

/** How it stands. */
export interface Standing {
  /** Of its commit; null: none that can be asked for was on its way. */
  readonly outcome: CommitOutcome | null
  /** Whether the owner was asked to commit. */
  readonly isCommitSent: boolean
  /** Whether that was to be only if nothing came between. */
  readonly isCommitOffered: boolean
  readonly hasWrites: boolean
  /** Whether all that it was asked has been answered. */
  readonly isAnswered: boolean
  /** Whether it was to outlive its owner. */
  readonly isTracked: boolean
  /** Whether it has been asked more than is kept. */
  readonly isTooLong: boolean
}

/** It is committed, or its offer to commit is declined, or it ends for that reason, or goes on at the next owner. */
export function verdictOf(standing: Standing): 'committed' | 'declined' | AbortReason | 'goesOn' {
  const { outcome, isCommitSent, hasWrites } = standing
  if (outcome === 'committed') return 'committed'
  // It had answered everything, and had nothing to write.
  if (isCommitSent && !hasWrites && standing.isAnswered) return 'committed'
  // Its commit was on its way, and left nothing by which it can be settled.
  if (outcome === 'unknown' || (isCommitSent && hasWrites && outcome === null)) return 'unknown'
  if (!standing.isTracked) return 'own'
  if (standing.isTooLong) return 'tooLong'
  return standing.isCommitOffered ? 'declined' : 'goesOn'
}
