/** Bringing commits to the disk, and looking after the files they are in: the storage seam's `StorageDurability`. */
import type { StorageDurability } from '../../storage/storage.ts'
import type { MountedDirectory } from '../database-file.ts'
import type { Housekeeping } from './housekeeping.ts'
import type { Syncs } from './syncs.ts'

/** The database, as far as this is concerned. */
export interface DurabilityOptions {
  readonly place: MountedDirectory
  readonly fileName: string
  readonly syncs: Syncs
  /** Whether a read-write transaction is open. */
  readonly isWriting: () => boolean
  /** Ends a SQL transaction that only reads. */
  readonly leaveTransaction: () => void
}

/** One database's. */
export class Durability implements StorageDurability {
  readonly syncLater?: () => Promise<void>
  readonly verify?: () => void
  readonly verifyLater?: () => Promise<void>
  readonly #options: DurabilityOptions
  readonly #housekeeping: Housekeeping
  /** A sync ended while a transaction was open, in which a lost log cannot be replaced. */
  #owesLogCheck = false

  constructor(options: DurabilityOptions, housekeeping: Housekeeping) {
    const { syncs, place, fileName } = options
    this.#options = options
    this.#housekeeping = housekeeping
    if (syncs.isLaterPossible) this.syncLater = () => this.#syncLater()
    if (place.directory.verify || place.mount.isReachable(fileName)) {
      this.verify = () => syncs.presence.verify()
    }
    if (place.directory.verifyLater) this.verifyLater = () => syncs.presence.verifyLater()
  }

  get hasLostSync(): boolean {
    return this.#options.syncs.hasLost
  }

  sync(): void {
    this.#options.syncs.now()
    this.#checkLog()
  }

  /** Before a transaction begins: replaces a log that was found to be lost while another one was open. */
  checkOwedLog(): void {
    if (this.#owesLogCheck) this.#checkLog()
  }

  async #syncLater(): Promise<void> {
    await this.#options.syncs.later()
    this.#checkLog()
  }

  /** Now, or before the next transaction begins. */
  #checkLog(): void {
    const { isWriting, leaveTransaction } = this.#options
    this.#owesLogCheck = isWriting()
    if (!this.#owesLogCheck) this.#housekeeping.checkLog(leaveTransaction)
  }
}
