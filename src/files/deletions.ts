/**
 * What is left of databases that clients of a shared directory have had deleted, until they know of it: so that a client whose
 * answer was lost with the owner is told by the next one, and the deletion is not carried out again, on another's new database.
 *
 * The file of the database itself is what is left. Renaming it is the deletion, in one step: it was done if and only if a
 * file of such a name is there, whatever interrupts it and whatever is made in its place. Then the file is emptied, and removed once the
 * client has its answer. Its name, with the numbers to the base 36:
 *
 *     <base32 of the SHA-256 of the client's name>.<slot>.<number>.<version of the database>.deleted
 *
 * A client that is killed with an answer on its way leaves an empty file. It stays, and is no database: which clients are gone no owner
 * can tell, as one that was stopped may come back to any later owner. When there are too many of them all are removed, and a file
 * says that deletions were forgotten: one that a former owner was asked for, and that is not noted, may have been done then.
 */
import type { CommitMark } from '../storage/commit-mark.ts'
import type { DatabaseFile, DatabaseFiles } from './database-files.ts'
import { fileError } from './file-error.ts'
import { FileNames } from './file-name.ts'
import { encodedName } from './file-name-pattern.ts'

const clientNames = new FileNames('.client')
const pattern = new RegExp(`^(${encodedName}\\.[0-9a-z]+)\\.([0-9a-z]+)\\.([0-9a-z]+)\\.deleted$`)
const forgottenName = 'forgotten.deleted'

/** How many of them are kept: each is of a client that was killed in the millisecond in which it had yet to be told of it. */
const mostKept = 1_000

/** A file's name, taken apart. */
interface Deletion {
  readonly fileName: string
  /** Client and slot. */
  readonly place: string
  readonly number: number
  readonly version: number
}

/** The deletions of one directory, which is owned. */
export class Deletions {
  readonly #files: DatabaseFiles

  constructor(files: DatabaseFiles) {
    this.#files = files
  }

  /** The version of the database that was deleted for that mark; null: none was; 'unknown': that has been forgotten. */
  async versionOf(mark: CommitMark): Promise<number | 'unknown' | null> {
    const names = await this.#files.list()
    const done = deletionsIn(names).find(({ place }) => place === placeOf(mark))
    if (done?.number === mark.number) return done.version
    return names.includes(forgottenName) ? 'unknown' : null
  }

  /** Deletes a database of that version, all of which is in its file. */
  async carryOut(file: DatabaseFile, version: number, mark: CommitMark): Promise<void> {
    await this.#makeRoom(mark)
    const { directory } = this.#files
    const fileName = nameOf(mark, version)
    try {
      await directory.rename(file.fileName, fileName)
    } catch (error) {
      throw fileError(file.label, 'removing the file', error)
    }
    await this.#empty(fileName).catch(() => {}) // It is removed soon.
  }

  /** Empties what an owner has left that was killed before it did. Where that fails the next owner tries again. */
  async finish(): Promise<void> {
    for (const { fileName } of deletionsIn(await this.#files.list())) {
      await this.#empty(fileName).catch(() => {})
    }
  }

  /** The client knows of it. */
  async forget(mark: CommitMark): Promise<void> {
    const names = deletionsIn(await this.#files.list())
    await this.#remove(names.filter((it) => it.place === placeOf(mark) && it.number <= mark.number))
  }

  /** A client knows what has become of the deletion that had its slot before. */
  async #makeRoom(mark: CommitMark): Promise<void> {
    const kept = deletionsIn(await this.#files.list())
    const isFull = kept.length >= mostKept
    if (isFull) await this.#noteForgotten()
    await this.#remove(kept.filter(({ place }) => isFull || place === placeOf(mark)))
  }

  async #remove(deletions: readonly Deletion[]): Promise<void> {
    try {
      for (const { fileName } of deletions) await this.#files.directory.remove(fileName)
    } catch (error) {
      throw fileError('Storage directory', 'removing what is left of a deleted database', error)
    }
  }

  async #noteForgotten(): Promise<void> {
    const { directory } = this.#files
    try {
      await directory.prepare([forgottenName])
      const file = directory.open(forgottenName, { create: true })
      // A spare file of the origin private file system is missing as long as nothing was written to it.
      try {
        file?.write(Uint8Array.of(1), 0)
      } finally {
        file?.close()
      }
    } catch (error) {
      throw fileError('Storage directory', 'noting that deletions are forgotten', error)
    }
  }

  async #empty(fileName: string): Promise<void> {
    const { directory } = this.#files
    await directory.prepare([fileName])
    const file = directory.open(fileName, { create: false })
    try {
      if (file && file.size() > 0) file.truncate(0)
    } finally {
      file?.close()
    }
  }
}

function placeOf({ client, slot }: CommitMark): string {
  const name = clientNames.of(client)
  return `${name.slice(0, name.indexOf('.'))}.${slot.toString(36)}`
}

function nameOf(mark: CommitMark, version: number): string {
  return `${placeOf(mark)}.${mark.number.toString(36)}.${version.toString(36)}.deleted`
}

function deletionsIn(names: readonly string[]): Deletion[] {
  return names.flatMap((fileName) => {
    const [, place, number, version] = pattern.exec(fileName) ?? []
    if (place === undefined || number === undefined || version === undefined) return []
    return { fileName, place, number: parseInt(number, 36), version: parseInt(version, 36) }
  })
}
