/** Which databases a storage directory holds, as far as is known. */
import { StorageError } from '../errors.ts'
import type { DatabaseFile, DatabaseFiles } from './database-files.ts'
import type { DatabaseIdentity, MountedEngine } from './file-engine.ts'
import type { FileNames } from './file-name.ts'
import { type Quarantine, salvagedFileName } from './quarantine.ts'

/** Where the databases lie. */
export interface CatalogueOptions {
  readonly fileNames: FileNames
  readonly files: DatabaseFiles
  readonly quarantine: Quarantine
  /** Takes what is wrong with a file that cannot be read. */
  readonly onWarning: (warning: StorageError) => void
}

/** What says what a file is. */
type Identifier = Pick<MountedEngine<unknown>, 'identify'>

/** The catalogue of one directory: file name → what is in it. */
export class Catalogue {
  readonly #options: CatalogueOptions
  /** null: not a database of ours, or not a readable one. */
  readonly #entries = new Map<string, DatabaseIdentity | null>()
  /** Whether every file was looked into. */
  isComplete = false

  constructor(options: CatalogueOptions) {
    this.#options = options
  }

  /** Every database whose version is above 0. */
  list(): { name: string; version: number }[] {
    return [...this.#entries.values()]
      .filter((entry) => entry !== null)
      .filter(({ version }) => version > 0)
      .map(({ name, version }) => ({ name, version }))
  }

  get(fileName: string): DatabaseIdentity | null | undefined {
    return this.#entries.get(fileName)
  }

  set(fileName: string, entry: DatabaseIdentity | null): void {
    this.#entries.set(fileName, entry)
  }

  /** The file is gone, or may have changed. */
  delete(fileName: string): void {
    this.#entries.delete(fileName)
  }

  /** All files may be others. */
  clear(): void {
    this.#entries.clear()
    this.isComplete = false
  }

  /** Looks into each file that is not known yet, once. */
  async readAll(engine: Identifier): Promise<void> {
    for (const fileName of await this.#listFiles()) {
      if (!this.#options.fileNames.includes(fileName) || this.#entries.has(fileName)) continue
      const entry = await this.#identify(engine, { fileName, label: `File ${fileName}` })
      if (entry !== 'gone') this.#entries.set(fileName, entry)
    }
    this.isComplete = true
  }

  /** The names of all files; those that an interrupted salvage has left have come into their places first. */
  async #listFiles(): Promise<string[]> {
    const { files, fileNames, quarantine } = this.#options
    const names = await files.list()
    const salvaged = names.map(salvagedFileName).filter((name) => name !== null)
    const unfinished = salvaged.filter((name) => fileNames.includes(name) && !names.includes(name))
    if (unfinished.length === 0) return names
    for (const fileName of unfinished) {
      await quarantine.finish({ fileName, label: `File ${fileName}` })
    }
    return files.list()
  }

  /**
   * What a file says of itself; null: not ours to read, 'gone': it was a leftover and is removed. One unreadable file must
   * not hide all others; opening that database tells what is wrong with it.
   */
  async #identify(
    engine: Identifier,
    file: DatabaseFile,
  ): Promise<DatabaseIdentity | 'gone' | null> {
    const { files, fileNames, onWarning } = this.#options
    try {
      const identity = await engine.identify(file)
      if (identity) return fileNames.of(identity.name) === file.fileName ? identity : null
      await files.remove(file)
      return 'gone'
    } catch (error) {
      if (!isUnreadable(error)) throw error
      onWarning(error)
      return null
    }
  }
}

function isUnreadable(error: unknown): error is StorageError {
  return error instanceof StorageError && (error.code === 'corrupt' || error.code === 'foreign')
}
