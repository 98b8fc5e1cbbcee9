/** How much can be stored. */
import type { StorageLimits } from '../storage/limits.ts'

/**
 * An entry of an index of the server's takes 2,704 bytes, in which an entry of ours has two keys, numbers and headers. A record's value
 * is sent and read in parts. Ids are 32-bit integers.
 */
export const remoteLimits: StorageLimits = {
  recordBytes: 256 * 1024 * 1024,
  keyBytes: 1_300,
  keyReason:
    "as PostgreSQL's own indexes take no longer ones; use a shorter key, or put an index on the beginning of the text or on a hash of it",
  nameUnits: 1024 * 1024,
  highestId: 2 ** 31 - 2,
}
