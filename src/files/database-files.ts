/** The files of closed databases: each has one, and its engine may have left companions beside it, such as a log. */
import { fileError } from './file-error.ts'
import type { VfsDirectory } from './vfs.ts'

/** A database's file. */
export interface DatabaseFile {
  readonly fileName: string
  /** Names the database and its file at the head of messages. */
  readonly label: string
}

/** A database's file, and the name of the database that it holds or should hold. */
export interface NamedFile extends DatabaseFile {
  readonly name: string
}

/** The databases' files of one directory, which is owned. */
export class DatabaseFiles {
  readonly directory: VfsDirectory
  readonly #companionsOf: (fileName: string) => readonly string[]

  constructor(directory: VfsDirectory, companionsOf: (fileName: string) => readonly string[]) {
    this.directory = directory
    this.#companionsOf = companionsOf
  }

  /** The names of all files. */
  async list(): Promise<string[]> {
    try {
      return await this.directory.list()
    } catch (error) {
      throw fileError('Storage directory', 'listing the files', error)
    }
  }

  /** The file and its companions, present or not. */
  namesOf(fileName: string): readonly string[] {
    return [fileName, ...this.#companionsOf(fileName)]
  }

  /** Whether a file that was prepared has content: an empty one counts as missing, as it is what a crash may leave. */
  hasContent(name: string): boolean {
    const file = this.directory.open(name, { create: false })
    if (!file) return false
    try {
      return file.size() > 0
    } finally {
      file.close()
    }
  }

  /** Whether a file that was prepared is there, empty or not. */
  isPresent(name: string): boolean {
    const file = this.directory.open(name, { create: false })
    file?.close()
    return file !== null
  }

  /** Whether a file has content. */
  async isFilled({ fileName, label }: DatabaseFile): Promise<boolean> {
    try {
      await this.directory.prepare([fileName])
      return this.hasContent(fileName)
    } catch (error) {
      throw fileError(label, 'looking for the file', error)
    }
  }

  /** Whether something lies beside the file that belongs to it. */
  async hasCompanion({ fileName, label }: DatabaseFile): Promise<boolean> {
    const companions = this.#companionsOf(fileName)
    try {
      await this.directory.prepare(companions)
      return companions.some((name) => this.hasContent(name))
    } catch (error) {
      throw fileError(label, 'looking for what lies beside the file', error)
    }
  }

  /** Removes the file with its companions, which could bring its contents back and therefore go first. */
  async remove({ fileName, label }: DatabaseFile): Promise<void> {
    try {
      for (const name of this.#companionsOf(fileName)) await this.directory.remove(name)
      await this.directory.remove(fileName)
    } catch (error) {
      throw fileError(label, 'removing the file', error)
    }
  }
}
