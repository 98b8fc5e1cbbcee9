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
  readonly onWarning: (warning: StorageError, fileName: string) => void
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
  #hasUnreached = false

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

  /** Looks into each file that is not known yet, once; into one that could not be reached, at each call. */
  async readAll(engine: Identifier): Promise<void> {
    this.#hasUnreached = false
    for (const fileName of await this.#tidyFiles()) {
      if (!this.#options.fileNames.includes(fileName) || this.#entries.has(fileName)) continue
      await this.#reach(fileName, async (file) => {
        const entry = await this.#identify(engine, file)
        if (entry !== 'gone') this.#entries.set(fileName, entry)
      })
    }
    this.isComplete = !this.#hasUnreached
  }

  /** The names of all files, once those that interrupted salvages have left are in their places or removed. */
  async #tidyFiles(): Promise<string[]> {
    const { files, quarantine } = this.#options
    const names = await files.list()
    const [unfinished, copied] = [this.#unfinishedIn(names), this.#copiedIn(names)]
    for (const name of unfinished) await this.#reach(name, (file) => quarantine.finish(file))
    for (const name of copied) {
      await this.#reach(name, (file) => quarantine.discardUnfinishedCopy(file))
    }
    return unfinished.length + copied.length === 0 ? names : files.list()
  }

  /** The files that are out of their places though the copies to come there are complete. */
  #unfinishedIn(names: readonly string[]): string[] {
    const salvaged = names.map(salvagedFileName).filter((name) => name !== null)
    return salvaged.filter(
      (name) => this.#options.fileNames.includes(name) && !names.includes(name),
    )
  }

  /** The files of which there are unfinished copies: no salvage is under way, so each was interrupted. */
  #copiedIn(names: readonly string[]): string[] {
    const { fileNames, quarantine } = this.#options
    const copied = names.map((name) => quarantine.copiedFileName(name))
    return [...new Set(copied)]
      .filter((name) => name !== null)
      .filter((name) => fileNames.includes(name))
  }

  /**
   * Works on one file. Where that cannot be read or reached, tried twice, it must not hide all others, and is left out: opening
   * that database tells what is wrong with it.
   */
  async #reach(fileName: string, work: (file: DatabaseFile) => Promise<void>): Promise<void> {
    const file = { fileName, label: `File ${fileName}` }
    try {
      await work(file).catch((error: unknown) => {
        if (!isUnreached(error)) throw error
        return work(file)
      })
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      if (isUnreached(error)) this.#hasUnreached = true
      else if (error.code === 'corrupt' || error.code === 'foreign')
        this.#entries.set(fileName, null)
      else throw error
      this.#options.onWarning(error, fileName)
    }
  }

  /** What a file says of itself; null: not ours to read, 'gone': it was a leftover and is removed. */
  async #identify(
    engine: Identifier,
    file: DatabaseFile,
  ): Promise<DatabaseIdentity | 'gone' | null> {
    const { files, fileNames } = this.#options
    const identity = await engine.identify(file)
    if (identity) return fileNames.of(identity.name) === file.fileName ? identity : null
    await files.remove(file)
    return 'gone'
  }
}

/** Whether a call of the file system has failed, which may pass. */
function isUnreached(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'io'
}
