/** Keeping a database's file in order: the storage seam's `StorageCare`. */
import type { DatabaseLife } from '../../files/file-engine.ts'
import type { SalvageReport } from '../../storage/salvage-report.ts'
import type { StorageCare, StorageCopy, StorageCounters } from '../../storage/storage.ts'
import type { Connection } from '../binding/connection.ts'
import { StorageError } from '../../errors.ts'
import type { MountedDirectory } from '../database-file.ts'
import type { OwnedCount } from '../records/record-counts.ts'
import { checkConsistency } from './consistency.ts'
import type { Copies } from './copies.ts'
import type { Housekeeping } from './housekeeping.ts'
import type { QuotaShare } from './quota-share.ts'
import type { Syncs } from './syncs.ts'

/** The database, as far as this is concerned. */
export interface CareOptions {
  readonly place: MountedDirectory
  readonly fileName: string
  /** Names the database and its file at the head of messages. */
  readonly label: string
  readonly connection: Connection
  readonly syncs: Syncs
  /** Whether a read-write transaction is open. */
  readonly isWriting: () => boolean
  /** The counts that are known of its stores and indexes. */
  readonly knownCounts: () => OwnedCount[]
  /** Ends a SQL transaction that only reads. */
  readonly leaveTransaction: () => void
}

/** What care works with. */
interface CareParts {
  readonly housekeeping: Housekeeping
  readonly copies: Copies
  /** null: the database may grow as far as there is room. */
  readonly quotaShare: QuotaShare | null
  readonly life: Pick<DatabaseLife, 'salvaged' | 'onReported'>
}

/** One database's. */
export class Care implements StorageCare {
  readonly salvaged: SalvageReport | null
  readonly #options: CareOptions
  readonly #parts: CareParts
  /** null: nobody has asked yet. */
  #pageSize: number | null = null

  constructor(options: CareOptions, parts: CareParts) {
    this.salvaged = parts.life.salvaged
    this.#options = options
    this.#parts = parts
  }

  noteReported(): void {
    this.#parts.life.onReported()
  }

  pendingBytes(): number {
    const { place, fileName } = this.#options
    return place.mount.writeAheadLog(fileName)?.pendingBytes() ?? 0
  }

  housekeep(): boolean {
    const { isWriting, leaveTransaction } = this.#options
    const { housekeeping, quotaShare } = this.#parts
    if (isWriting()) return false
    leaveTransaction()
    try {
      return housekeeping.step()
    } finally {
      quotaShare?.measureAside()
    }
  }

  readonly counters = (): StorageCounters => {
    const { hits, misses, written } = this.#options.connection.pageCounts()
    this.#pageSize ??= this.#options.connection.readNumber('PRAGMA page_size')
    return {
      bytesRead: misses * this.#pageSize,
      bytesWritten: written * this.#pageSize,
      syncs: this.#options.syncs.count,
      cacheHits: hits,
      cacheMisses: misses,
      cacheBytes: this.#options.connection.cacheBytes,
    }
  }

  check(): string[] {
    const { connection, knownCounts } = this.#options
    const problems = checkConsistency(connection, knownCounts())
    if (problems.length > 0) connection.hasMetDamage = true
    return problems
  }

  copy(): StorageCopy {
    const { isWriting, leaveTransaction, label } = this.#options
    const { housekeeping, copies } = this.#parts
    if (isWriting()) throw new Error('unreachable: a copy is made in a transaction')
    leaveTransaction()
    if (housekeeping.isVisited()) {
      const message = `${label}: another program has the file open, and may write into it; close it there, and copy the database then`
      throw new StorageError('io', message, { code: 'ERR_IDB_NOT_COPIED' })
    }
    return copies.begin()
  }
}
