/** Whether an open database's file is still the one under its name, in the directory that is owned, with its log. */
import { StorageError } from '../../errors.ts'
import type { MountedDirectory } from '../database-file.ts'
import type { DatabaseFile } from '../../files/database-files.ts'
import { fileError } from '../../files/file-error.ts'

/** The presence of one open database's file. */
export class FilePresence {
  readonly #place: MountedDirectory
  readonly #file: DatabaseFile
  #isLost = false
  /** Whether the last look after a sync has failed without finding a loss. */
  #owesLook = false

  constructor(place: MountedDirectory, file: DatabaseFile) {
    this.#place = place
    this.#file = file
  }

  /** Whether it was found to be gone, and that was said. What is open must then neither be written nor tidied up. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** @throws StorageError 'lost' when the file is gone, else what has kept it from being looked for. */
  verify(): void {
    const { directory, mount } = this.#place
    const { fileName, label } = this.#file
    let fate: string | null
    try {
      directory.verify?.()
      fate = fateOf(mount, fileName)
    } catch (error) {
      throw this.#failure(error)
    }
    this.#owesLook = false
    if (fate === null) return
    this.#isLost = true
    throw new StorageError('lost', `${label}: ${fate}`)
  }

  /**
   * After a sync: what was committed is on the disk, and an error would deny it. So only a loss is one here; what has kept the file
   * from being looked for is the next commit's.
   *
   * @throws StorageError 'lost'
   */
  verifySynced(): void {
    try {
      this.verify()
    } catch (error) {
      if (this.#isLost) throw error
      this.#owesLook = true
    }
  }

  /** Before a commit, which is still undone when this throws. @throws StorageError as `verify()` */
  verifyOwed(): void {
    if (this.#owesLook) this.verify()
  }

  /** The same where only a promise can tell. */
  async verifyLater(): Promise<void> {
    try {
      await this.#place.directory.verifyLater?.()
    } catch (error) {
      throw this.#failure(error)
    }
  }

  #failure(error: unknown): StorageError {
    const failure = fileError(this.#file.label, 'looking for the file', error)
    this.#isLost ||= failure.code === 'lost'
    return failure
  }
}

/** What has become of the file and its log; null: both are what they were. */
function fateOf(mount: MountedDirectory['mount'], fileName: string): string | null {
  if (!mount.isLinked(fileName)) return gone
  return (mount.writeAheadLog(fileName)?.isIntact() ?? true) ? null : emptied
}

const emptied =
  'another program has emptied its write-ahead log while it was in use; open the database again to use what that program has left, and keep other programs away from open databases'

const gone =
  'the file was moved, deleted or replaced while it was in use; put it back, or open the database again to use what is there now'
