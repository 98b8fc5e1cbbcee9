/** How much SQLite can store when it is compiled to WebAssembly. */
import type { StorageLimits } from '../storage/limits.ts'

/**
 * Its heap has 2 GiB, in which a record lies up to three times while it is written, and takes at most 10^9 bytes in a row. Ids are bound as signed 32-bit integers, and the next one is stored, too.
 */
export const sqliteLimits: StorageLimits = {
  recordBytes: 512 * 1024 * 1024,
  keyBytes: 16 * 1024 * 1024,
  nameUnits: 1024 * 1024,
  highestId: 2 ** 31 - 2,
}
