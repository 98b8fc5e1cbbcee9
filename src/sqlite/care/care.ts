/** Keeping a database's file in order: the storage seam's `StorageCare`. */
import type { SalvageReport } from '../../storage/salvage-report.ts'
import type { StorageCare } from '../../storage/storage.ts'
import type { Connection } from '../binding/connection.ts'
import type { Place } from '../database-file.ts'
import { checkConsistency } from './consistency.ts'
import type { Housekeeping } from './housekeeping.ts'
import type { QuotaShare } from './quota-share.ts'

/** The database, as far as this is concerned. */
export interface CareOptions {
  readonly place: Place
  readonly fileName: string
  readonly connection: Connection
  readonly housekeeping: Housekeeping
  readonly quotaShare: QuotaShare | null
  readonly salvaged: SalvageReport | null
  /** Called when `salvaged` was reported. */
  readonly onReported: () => void
  /** Whether a read-write transaction is open. */
  readonly isWriting: () => boolean
  /** Ends a SQL transaction that only reads. */
  readonly leaveTransaction: () => void
}

/** One database's. */
export class Care implements StorageCare {
  readonly salvaged: SalvageReport | null
  readonly #options: CareOptions

  constructor(options: CareOptions) {
    this.salvaged = options.salvaged
    this.#options = options
  }

  noteReported(): void {
    this.#options.onReported()
  }

  pendingBytes(): number {
    const { place, fileName } = this.#options
    return place.mount.writeAheadLog(fileName)?.pendingBytes() ?? 0
  }

  housekeep(): boolean {
    const { housekeeping, isWriting, leaveTransaction, quotaShare } = this.#options
    if (isWriting()) return false
    leaveTransaction()
    try {
      return housekeeping.step()
    } finally {
      quotaShare?.measureAside()
    }
  }

  check(): string[] {
    const { connection } = this.#options
    const problems = checkConsistency(connection)
    if (problems.length > 0) connection.hasMetDamage = true
    return problems
  }
}
