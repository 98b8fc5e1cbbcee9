/** The ownership of a storage directory: taken together with the engine, renewed where its files were cleared away, given up. */
import { ownerOf } from '../base/error-facts.ts'
import { memberOf } from '../base/thrown.ts'
import { reasonOf, StorageError } from '../errors.ts'
import type { FileEngine, LoadedEngine, MountedEngine } from './file-engine.ts'
import { fileError } from './file-error.ts'
import { MeasuredDirectory } from './measured-directory.ts'
import { Quota } from './quota.ts'
import type { Vfs, VfsDirectory } from './vfs.ts'

/** Which directory is owned, and how. */
export interface OwnershipOptions {
  readonly vfs: Vfs
  readonly path: string
  /** How long to wait for another owner of the directory to go; 0 fails at once, Infinity waits without limit. */
  readonly waitMs: number
  /** How many bytes the files may take together, see `Quota`. Default: as many as there is room for. */
  readonly quotaBytes?: number | undefined
}

/** What there is while the directory is owned. */
interface Owned<Database> {
  readonly loaded: LoadedEngine<Database>
  readonly mounted: MountedEngine<Database>
}

/** The ownership of one directory by an engine. */
export class Ownership<Database> {
  /** Owned or not. */
  readonly directory: VfsDirectory
  readonly #options: OwnershipOptions
  readonly #engine: FileEngine<Database>
  /** null where there is no quota. */
  readonly #measured: MeasuredDirectory | null
  /** null until it is taken, and once it was given up. */
  #owned: Owned<Database> | null = null

  constructor(options: OwnershipOptions, engine: FileEngine<Database>) {
    const directory = options.vfs.directory(options.path)
    this.#options = options
    this.#engine = engine
    this.#measured = options.quotaBytes === undefined ? null : new MeasuredDirectory(directory)
    this.directory = this.#measured ?? directory
  }

  /** The same for the same directory, by whichever path it is opened; null: it does not outlive this thread. */
  get identity(): string | null {
    return this.#options.vfs.isPersistent ? this.directory.identity : null
  }

  /** The engine in the directory; null where it is not owned. */
  get mounted(): MountedEngine<Database> | null {
    return this.#owned?.mounted ?? null
  }

  /** A failure is not remembered: the next call tries again. */
  async take(): Promise<MountedEngine<Database>> {
    const loaded = await this.#loadAndLock()
    const { vfs, quotaBytes } = this.#options
    const mounted = loaded.mount({
      directory: this.directory,
      isPersistent: vfs.isPersistent,
      quota:
        this.#measured && quotaBytes !== undefined ? new Quota(quotaBytes, this.#measured) : null,
    })
    this.#owned = { loaded, mounted }
    return mounted
  }

  /** Has an empty directory made where the files were cleared away and it is still owned. All of them are closed. */
  async renewIfLost(): Promise<'renewed' | 'intact'> {
    if (!this.directory.renew || !(await isLost(this.directory))) return 'intact'
    try {
      await this.directory.renew()
      return 'renewed'
    } catch (error) {
      throw fileError('Storage directory', 'recreating the directory', error)
    }
  }

  /** All databases are closed. When it throws, the directory is still owned. */
  async giveUp(): Promise<void> {
    if (!this.#owned && !this.#measured?.isHalfTaken) return
    await this.#unlock()
    this.#owned?.mounted.unmount()
    this.#owned?.loaded.release()
    this.#owned = null
  }

  /** Loads the engine and locks the directory, at the same time: in a browser each takes a while. */
  async #loadAndLock(): Promise<LoadedEngine<Database>> {
    const { waitMs } = this.#options
    const loading = this.#engine.load()
    // Without an engine there is no point in waiting for another owner.
    if (waitMs > 0) await loading
    const [loaded, locked] = await Promise.allSettled([loading, this.#lock(waitMs)])
    if (loaded.status === 'rejected') {
      // That the lock cannot be given back is a lesser trouble; the next call tries to take it again.
      if (locked.status === 'fulfilled') await this.directory.close().catch(() => {})
      throw loaded.reason
    }
    if (locked.status === 'fulfilled') return loaded.value
    loaded.value.release()
    throw lockError(locked.reason)
  }

  /** Rejects also where the VFS throws. */
  async #lock(waitMs: number): Promise<void> {
    await this.directory.lock(waitMs)
  }

  async #unlock(): Promise<void> {
    try {
      await this.directory.close()
    } catch (error) {
      throw fileError('Storage directory', 'giving up the ownership', error)
    }
  }
}

async function isLost(directory: VfsDirectory): Promise<boolean> {
  try {
    directory.verify?.()
    await directory.verifyLater?.()
    return false
  } catch (error) {
    const failure = fileError('Storage directory', 'looking for the files', error)
    if (failure.code === 'lost') return true
    throw failure
  }
}

/** Why a directory could not be taken. By what the error says of itself: a VFS may be of another realm, or bundled with another copy of the error classes. */
export function lockError(error: unknown): StorageError {
  const known = fileError('Storage directory', 'taking ownership', error)
  const message = reasonOf(error) ?? known.message
  if (memberOf(error, 'code') === 'ELOCKED') {
    const owner = ownerOf(memberOf(error, 'owner'))
    return new StorageError('busy', message, { cause: error, owner })
  }
  // It names the directory, and says what to do.
  if (memberOf(error, 'name') === 'VfsError') {
    return new StorageError(known.code, message, { ...known.facts, cause: error })
  }
  return known
}
