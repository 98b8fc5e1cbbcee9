/** What became of a damaged file, as data: it crosses the host's seam. */

/** A database that was salvaged when its file was opened. */
export interface SalvageReport {
  /** The damaged file's new name in the storage directory; its write-ahead log, if any, lies beside it. */
  readonly quarantine: string
  /** What was damaged, in words. */
  readonly damage: string
  /** What was saved of each object store; null: not even the schema could be read, and the database starts empty. */
  readonly stores: readonly SalvagedStore[] | null
}

/** What was saved of an object store. */
export interface SalvagedStore {
  readonly name: string
  /** Records saved. */
  readonly saved: number
  /** Records known to have been there that could not be read. */
  readonly lost: number
  /** Whether a part could not be read that held an unknown number of records. */
  readonly hasGap: boolean
}
