/** For how long a session is believed to be there after it was last seen, and the times that follow from that. */

/** After that a session which was not seen is no more. */
export const leaseMs = 30_000

/** How often its row is renewed, and others are looked for that ask something. */
export const renewMs = leaseMs / 6

/** For how long one is waited for who holds nothing any more: longer than it takes to renew a row, or to connect anew. */
export const graceMs = renewMs * 1.5

/** After that the row of one that ended without a word is deleted though it is in the way of none, long after it may ask what became of a commit. */
export const forgottenMs = leaseMs * 20
