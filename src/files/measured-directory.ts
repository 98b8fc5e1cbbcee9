/** A storage directory that knows how many bytes its files take together. */
import type { VfsDirectory, VfsFile } from './vfs.ts'

/** Passes everything on to the directory it wraps, which must be reached through it alone. */
export class MeasuredDirectory implements VfsDirectory {
  readonly identity: string
  /** Absent where the directory's own is. */
  readonly verify?: () => void
  /** Absent where the directory's own is. */
  readonly verifyLater?: () => Promise<void>
  /** Absent where the directory's own is. */
  readonly renew?: () => Promise<void>
  readonly #directory: VfsDirectory
  /** File name → its size; a file that is missing here has no bytes. */
  readonly #sizes = new Map<string, number>()
  #usedBytes = 0
  #isLocked = false
  #isMeasured = false

  constructor(directory: VfsDirectory) {
    this.identity = directory.identity
    this.#directory = directory
    if (directory.verify) this.verify = () => directory.verify?.()
    if (directory.verifyLater) this.verifyLater = async () => directory.verifyLater?.()
    if (directory.renew) this.renew = () => this.#renew()
  }

  /** Whether it is owned though `lock()` has failed: it could neither be measured nor given up. */
  get isHalfTaken(): boolean {
    return this.#isLocked && !this.#isMeasured
  }

  /** The sum of the sizes of all files, the VFS's own left out. Known once the directory is owned. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  async lock(waitMs: number): Promise<void> {
    if (!this.isHalfTaken) await this.#directory.lock(waitMs)
    this.#isLocked = true
    this.#isMeasured = false
    try {
      await this.#measureAll()
      this.#isMeasured = true
    } catch (error) {
      await this.#unlock()
      throw error
    }
  }

  list(): Promise<string[]> {
    return this.#directory.list()
  }

  prepare(names: readonly string[]): Promise<void> {
    return this.#directory.prepare(names)
  }

  open(name: string, options: { readonly create: boolean }): VfsFile | null {
    const file = this.#directory.open(name, options)
    if (!file) return null
    // Another program may have deleted or replaced what was there.
    this.#measureOpen(name, file)
    return this.#measured(name, file)
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#directory.rename(from, to)
    this.#note(to, this.#sizes.get(from) ?? 0)
    if (from !== to) this.#note(from, 0)
  }

  async remove(name: string): Promise<void> {
    await this.#directory.remove(name)
    this.#note(name, 0)
  }

  async close(): Promise<void> {
    await this.#directory.close()
    this.#isLocked = false
  }

  /** Gives up what could not be measured. */
  async #unlock(): Promise<void> {
    try {
      await this.close()
    } catch {
      // The next `lock()` goes on from here; what has led here is told.
    }
  }

  async #renew(): Promise<void> {
    await this.#directory.renew?.()
    await this.#measureAll()
  }

  async #measureAll(): Promise<void> {
    this.#sizes.clear()
    this.#usedBytes = 0
    for (const name of await this.#directory.list()) {
      // One at a time, as what is prepared may be held open.
      await this.#directory.prepare([name])
      const file = this.#directory.open(name, { create: false })
      if (!file) continue
      this.#measureOpen(name, file)
      file.close()
    }
  }

  #measureOpen(name: string, file: VfsFile): void {
    try {
      this.#note(name, file.size())
    } catch (error) {
      file.close()
      throw error
    }
  }

  #note(name: string, size: number): void {
    this.#usedBytes += size - (this.#sizes.get(name) ?? 0)
    if (size === 0) this.#sizes.delete(name)
    else this.#sizes.set(name, size)
  }

  #measured(name: string, file: VfsFile): VfsFile {
    const { syncLater, isLinked } = file
    const sizes = this.#sizes
    const noteSize = (): void => this.#note(name, file.size())
    return {
      read: (into, offset) => file.read(into, offset),
      write(bytes, offset) {
        try {
          file.write(bytes, offset)
        } finally {
          // A write that failed may have written a part.
          if (offset + bytes.length > (sizes.get(name) ?? 0)) noteSize()
        }
      },
      truncate(size) {
        file.truncate(size)
        noteSize()
      },
      size: () => file.size(),
      sync: (dataOnly) => file.sync(dataOnly),
      ...(syncLater && { syncLater: () => syncLater.call(file) }),
      ...(isLinked && { isLinked: () => isLinked.call(file) }),
      close: () => file.close(),
    }
  }
}
