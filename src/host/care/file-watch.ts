/**
 * Looks now and then whether an open database still has its files. A look is two calls to the system, too many for each of the
 * smallest commits: a commit looks when there was no look for a while, and a timer asks while nothing is committed.
 */
import { isLost, type StorageError } from '../../errors.ts'
import type { StorageDurability } from '../../storage/storage.ts'
import { now, queueIdleTimer } from '../../event-loop/turn.ts'

/** How long commits that need not last may be acknowledged without another look. */
const betweenLooksMs = 250
/** How often the files of an idle database are looked for. */
const idleMs = 2_000

/** The watch over one database's files. */
export class FileWatch {
  readonly #durability: StorageDurability
  readonly #lost: (error: StorageError) => void
  #lookedAtMs = now()
  #isLooking = false
  #cancelTimer: (() => void) | null = null

  /** `lost`: called when the files were found to be lost and no call could say so. */
  constructor(durability: StorageDurability, lost: (error: StorageError) => void) {
    this.#durability = durability
    this.#lost = lost
    if (durability.verify) this.#arm()
  }

  /** Before a commit. @throws StorageError 'lost' */
  beforeCommit(): void {
    if (this.#durability.verify && now() - this.#lookedAtMs >= betweenLooksMs) this.look()
  }

  /** @throws StorageError 'lost' */
  look(): void {
    this.#lookedAtMs = now()
    this.#durability.verify?.()
    if (this.#durability.verifyLater && !this.#isLooking) void this.#lookLater()
  }

  /** Looks where no call can say what is found. */
  lookAside(): void {
    try {
      this.look()
    } catch (error) {
      this.#note(error)
    }
  }

  close(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }

  #arm(): void {
    this.#cancelTimer = queueIdleTimer(() => {
      this.#arm()
      if (now() - this.#lookedAtMs >= betweenLooksMs) this.lookAside()
    }, idleMs)
  }

  async #lookLater(): Promise<void> {
    this.#isLooking = true
    try {
      await this.#durability.verifyLater?.()
    } catch (error) {
      this.#note(error)
    } finally {
      this.#isLooking = false
    }
  }

  /** What has kept the files from being looked for may be over next time; the next commit says so if it is not. */
  #note(error: unknown): void {
    if (isLost(error)) this.#lost(error)
  }
}
