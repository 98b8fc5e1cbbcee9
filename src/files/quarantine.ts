/**
 * What becomes of damaged files: what can still be read goes into a fresh one, and the damaged one is put aside with its
 * companions, unchanged.
 *
 * The fresh file is complete and on the disk before anything is renamed, and it gets its final name last: an interrupted
 * salvage is either begun again (the damaged file is still in its place) or finished (it no longer is).
 */
import { StorageError } from '../errors.ts'
import type { SalvagedStore, SalvageReport } from '../storage/salvage-report.ts'
import type { DatabaseFile, DatabaseFiles, NamedFile } from './database-files.ts'
import { fileError } from './file-error.ts'
import type { SavedStores } from './file-engine.ts'

/** Captured at load: at a time that a test has stopped, one quarantine would overwrite another. */
const { now: timeOfDay } = Date

/** A copy that is being written, and one that is complete. */
const rescueName = (fileName: string): string => `${fileName}-rescue`
const rescuedName = (fileName: string): string => `${fileName}-rescued`

/** The copy of a file that is being written: what an interruption leaves of it the next owner removes. */
export const unfinishedCopyOf = ({ fileName, label }: DatabaseFile): DatabaseFile => ({
  fileName: rescueName(fileName),
  label: `Copy of ${label}`,
})

/** The warning that says what was saved and lost, in words and as data. */
export type SalvageWarning = StorageError & { readonly report: SalvageReport }

/** The damaged files of one directory. */
export class Quarantine {
  readonly #files: DatabaseFiles
  /** The files in which damage was met when they were last open. */
  readonly #suspects = new Set<string>()
  /** File name → what a salvage has saved of it, until an open request has said so. */
  readonly #reports = new Map<string, SalvageReport>()

  constructor(files: DatabaseFiles) {
    this.#files = files
  }

  /** Damage was met in the file: it is looked for when the file is opened next. */
  suspect(fileName: string): void {
    this.#suspects.add(fileName)
  }

  isSuspect(fileName: string): boolean {
    return this.#suspects.has(fileName)
  }

  /** The file under that name is another one now. */
  clearSuspicion(fileName: string): void {
    this.#suspects.delete(fileName)
  }

  /** The same for all files. */
  clearSuspicions(): void {
    this.#suspects.clear()
  }

  /** What a salvage has saved of the file; null where there was none, or it was reported. */
  reportOf(fileName: string): SalvageReport | null {
    return this.#reports.get(fileName) ?? null
  }

  /** It was reported, or what it tells of is gone. */
  dropReport(fileName: string): void {
    this.#reports.delete(fileName)
  }

  /** Salvages a closed file; `copyReadable` writes what it can read of it into another. */
  async salvage(
    file: NamedFile,
    damage: StorageError,
    copyReadable: (copy: DatabaseFile) => Promise<SavedStores>,
  ): Promise<SalvageWarning> {
    const { fileName, label } = file
    const rescue = unfinishedCopyOf(file)
    await this.#files.remove(rescue)
    const stores = await copyReadable(rescue)
    try {
      await this.#files.directory.rename(rescue.fileName, rescuedName(fileName))
    } catch (error) {
      throw fileError(label, 'renaming its copy', error)
    }
    const quarantine = await this.#putAside(file)
    const report = { quarantine, damage: damage.message, stores }
    this.#suspects.delete(fileName)
    this.#reports.set(fileName, report)
    return salvageWarning(file, report, damage)
  }

  /**
   * Finishes a salvage that was interrupted when the damaged file was out of its place already. Copies that one interrupted
   * earlier has left are not looked for at each opening: the next salvage removes them, the first `list()` and a deletion.
   */
  async finish(file: DatabaseFile): Promise<void> {
    const { directory } = this.#files
    const rescued = rescuedName(file.fileName)
    try {
      // With all that will be opened next, if it exists: they are prepared at the same time.
      await directory.prepare(this.#files.namesOf(file.fileName))
      if (this.#files.hasContent(file.fileName)) return
      await directory.prepare([rescued])
      if (!this.#files.hasContent(rescued)) return
    } catch (error) {
      throw fileError(file.label, 'opening the file', error)
    }
    await this.#putAside(file)
  }

  /**
   * Removes the copies of a file that is still in its place, which interrupted salvages have left: once that file is gone the
   * complete one would be taken for what is to come in its place, and the other would stay without limit.
   */
  async discardCopies({ fileName, label }: DatabaseFile): Promise<void> {
    const copies = [...this.#files.namesOf(rescueName(fileName)), rescuedName(fileName)]
    const { directory } = this.#files
    try {
      // Looked for one by one: the directory may have any number of files.
      await directory.prepare(copies)
      const present = copies.filter((copy) => this.#files.isPresent(copy))
      for (const copy of present) await directory.remove(copy)
    } catch (error) {
      throw fileError(label, 'removing its copy', error)
    }
  }

  /** Removes the copy of a file that an interrupted salvage was writing, with its companions. */
  async discardUnfinishedCopy(file: DatabaseFile): Promise<void> {
    await this.#files.remove(unfinishedCopyOf(file))
  }

  /** The file whose unfinished copy, or a companion of that, a file is; null: it is neither. */
  copiedFileName(name: string): string | null {
    const copied = name.slice(0, Math.max(0, name.lastIndexOf('-rescue')))
    return this.#files.namesOf(rescueName(copied)).includes(name) ? copied : null
  }

  /** Moves the damaged files away, then the rescued one into their place. Gives the damaged file's new name. */
  async #putAside({ fileName, label }: DatabaseFile): Promise<string> {
    const { directory } = this.#files
    try {
      const names = await this.#presentNames(fileName)
      const aside = await this.#asideName(fileName, names)
      for (const name of names) await directory.rename(name, name.replace(fileName, aside))
      await directory.rename(rescuedName(fileName), fileName)
      return aside
    } catch (error) {
      throw fileError(label, 'putting the damaged file aside', error)
    }
  }

  /** The file first, as what is left when it is gone belongs to where it went. */
  async #presentNames(fileName: string): Promise<string[]> {
    const names = this.#files.namesOf(fileName)
    await this.#files.directory.prepare(names)
    return names.filter((name) => this.#files.hasContent(name))
  }

  /**
   * The name that damaged files get: the damaged file's own where an interrupted salvage has moved it already, as its log
   * says nothing without it.
   */
  async #asideName(fileName: string, leftNames: readonly string[]): Promise<string> {
    const fresh = `${fileName}-damaged-${timeOfDay()}`
    if (leftNames.length === 0 || leftNames.includes(fileName)) return fresh
    const names = await this.#files.list()
    const last = lastAside(fileName, names)
    if (last === null) return fresh
    const isTaken = leftNames.some((name) => names.includes(name.replace(fileName, last)))
    return isTaken ? fresh : last
  }
}

/** The name that was given last to a damaged file of that name, of those there are; null: to none. */
function lastAside(fileName: string, names: readonly string[]): string | null {
  const prefix = `${fileName}-damaged-`
  const times = names
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((time) => /^\d+$/.test(time))
  return times.length === 0 ? null : prefix + Math.max(...times.map(Number))
}

/** The file that a salvage is to be finished for, if a file is what such a salvage has left; else null. */
export function salvagedFileName(fileName: string): string | null {
  const salvaged = fileName.replace(/-rescued$/, '')
  return fileName === rescuedName(salvaged) ? salvaged : null
}

function salvageWarning(
  { label, name }: NamedFile,
  report: SalvageReport,
  damage: StorageError,
): SalvageWarning {
  const saved = describe(report.stores)
  const warning = new StorageError(
    'corrupt',
    `${label} was damaged and has been salvaged: ${saved}; the damaged file was kept as ${report.quarantine}`,
    { code: 'ERR_IDB_SALVAGED', database: name, cause: damage },
  )
  return Object.assign(warning, { report })
}

function describe(stores: SavedStores): string {
  if (stores === null) return 'nothing could be read'
  const sum = (count: (store: SalvagedStore) => number): number =>
    stores.reduce((total, store) => total + count(store), 0)
  const lost = sum((store) => store.lost)
  const gaps = sum((store) => (store.hasGap ? 1 : 0))
  const saved = `${sum((store) => store.saved)} records in ${stores.length} object stores were saved`
  const known = lost > 0 ? `, ${lost} were lost` : ''
  const unknown = gaps > 0 ? `, an unknown number was lost in ${gaps} of the stores` : ''
  return `${saved}${known}${unknown}` + (lost + gaps === 0 ? ', none was lost' : '')
}
