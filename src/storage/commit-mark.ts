/** What a client's commits and deletions are known by once an owner is gone that cannot say any more what became of them. */

/**
 * Who asked for a commit or a deletion, and which of its it is: noted together with that, so that one whose answer was lost can be
 * told from one that never was.
 */
export interface CommitMark {
  /** A short name in ASCII. */
  readonly client: string
  /** Which of the client's sequences: an integer from 0 to 2^20 - 1. A mark replaces the earlier one of its slot. */
  readonly slot: number
  /** An integer from 0 to 2^53 - 1. */
  readonly number: number
}
