/** Bringing what a database has committed to the disk, and what follows when that fails. */
import { StorageError } from '../../errors.ts'
import { checkpoint, checkpointLater, type CheckpointMode } from './checkpoint.ts'
import type { Connection } from '../binding/connection.ts'
import type { MountedDirectory } from '../database-file.ts'
import { FilePresence } from './file-presence.ts'
import type { DatabaseFile } from '../../files/database-files.ts'
import { fileError } from '../../files/file-error.ts'
import { rewriteFile } from '../../files/io/rewrite-file.ts'
import type { VfsFile } from '../../files/vfs.ts'

/** The syncs of one open database. */
export class Syncs {
  /** Looked for before anything is said to last, and before the file is written. */
  readonly presence: FilePresence
  readonly #place: MountedDirectory
  readonly #file: DatabaseFile
  #needsFileSync: boolean
  #hasLostFileSync = false

  /**
   * `isUnsynced`: the file's own pages and its name may have yet to be made durable, as it is new, or the process that made
   * it was killed.
   */
  constructor(
    place: MountedDirectory,
    file: DatabaseFile,
    { isUnsynced }: { isUnsynced: boolean },
  ) {
    this.#place = place
    this.#file = file
    this.presence = new FilePresence(place, file)
    this.#needsFileSync = isUnsynced
  }

  /** Whether one has failed: what it was for may be missing on the disk, and the next one may not say so again. */
  get hasLost(): boolean {
    return this.#hasLostFileSync || (this.#log()?.hasLostSync ?? false)
  }

  /** Whether the thread need not wait for the disk. */
  get isLaterPossible(): boolean {
    return this.#log()?.syncLater !== undefined
  }

  /** How many were made. */
  count = 0

  /** Returns when everything committed has reached the disk, in the files that will be found. @throws StorageError */
  now(): void {
    this.count++
    this.#guard(() => {
      this.#syncNewFile()
      this.#log()?.sync(true)
    })
    this.#refuseLost()
    this.presence.verifySynced()
  }

  /** The same without blocking the thread. */
  async later(): Promise<void> {
    this.count++
    await this.#guardLater(async () => {
      this.#syncNewFile()
      await this.#log()?.syncLater?.()
    })
    this.#refuseLost()
    this.presence.verifySynced()
  }

  /**
   * As `checkpoint()`. Before it a new file reaches the disk as it is: were power lost during the copying, it might lack what it
   * is known by, and hold what no new file does. A file that is not ours any more is left alone.
   */
  checkpoint(connection: Connection, mode: CheckpointMode): void {
    this.presence.verify()
    this.#guard(() => this.#syncNewFile())
    checkpoint(connection, this.#log(), mode)
  }

  /** As `checkpointLater()`, so that the checkpoint at closing need not wait for the disk. */
  async copyLogLater(connection: Connection): Promise<void> {
    this.presence.verify()
    await this.#guardLater(async () => {
      this.#syncNewFile()
      await checkpointLater(connection, this.#log(), this.#openFile())
    })
  }

  /**
   * Writes once more what a failed sync may have left behind; does nothing when none has failed. What is then in the log must
   * only be copied when it was found to be whole, which an opening does.
   */
  makeGood(): void {
    if (!this.hasLost) return
    this.presence.verify()
    this.#guard(() => {
      for (const file of [this.#openFile(), this.#log()]) if (file) rewriteFile(file)
    })
  }

  #syncNewFile(): void {
    if (!this.#needsFileSync) return
    try {
      this.#openFile()?.sync(false)
    } catch (error) {
      this.#hasLostFileSync = true
      throw error
    }
    this.#needsFileSync = false
  }

  #refuseLost(): void {
    if (!this.hasLost) return
    throw new StorageError(
      'io',
      `${this.#file.label}: an earlier sync failed; close all connections and open it again`,
    )
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      throw this.#failure(error)
    }
  }

  async #guardLater(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      throw this.#failure(error)
    }
  }

  #failure(error: unknown): StorageError {
    return fileError(this.#file.label, 'syncing the file', error)
  }

  #openFile(): VfsFile | undefined {
    return this.#place.mount.openFile(this.#file.fileName)
  }

  #log(): ReturnType<MountedDirectory['mount']['writeAheadLog']> {
    return this.#place.mount.writeAheadLog(this.#file.fileName)
  }
}
