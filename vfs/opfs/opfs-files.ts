/**
 * The files of an OPFS directory, with their handles opened beforehand: opening one takes a promise, which SQLite cannot
 * wait for.
 *
 * A prepared file that is missing is made, empty, so that it can be opened; until then it is a *spare*: it is not
 * listed and goes again when the directory closes. One that a crash leaves behind is empty, which counts as missing.
 */
import { append } from '../../src/base/own-property.ts'
import { VfsError } from '../../src/files/vfs.ts'
import type { VfsFile } from '../../src/files/vfs.ts'
import { checkFileName } from '../file-name.ts'
import {
  accessError,
  type FileHandle,
  isNamed,
  openSyncAccess,
  type SyncAccessHandle,
} from './opfs-access.ts'
import { clearedError, opfsFile } from './opfs-file.ts'

/** A prepared file. */
interface Entry {
  readonly handle: SyncAccessHandle
  isSpare: boolean
  isOpen: boolean
}

/** How many prepared files that are not open are kept; each costs the browser a file descriptor. */
const idleLimit = 48

/** The files of one directory that this thread owns. */
export class OpfsFiles {
  readonly #directory: FileSystemDirectoryHandle
  /** By name, the least recently prepared first. */
  readonly #entries = new Map<string, Entry>()
  /** null until the browser was found to have cleared the files away. */
  #lost: VfsError | null = null

  constructor(directory: FileSystemDirectoryHandle) {
    this.#directory = directory
  }

  /** @throws VfsError ESTALE once a file was found to have been cleared away */
  verify(): void {
    if (this.#lost) throw this.#lost
  }

  /** Finds out whether the files are still there: only their handles are, while they are open. */
  async verifyLater(): Promise<void> {
    const name = this.#nameOfOldest()
    if (name !== undefined) await this.#look(name)
    this.verify()
  }

  async list(): Promise<string[]> {
    this.verify()
    const names: string[] = []
    // The platform's types for pages leave out that a directory can be iterated over.
    const directory = this.#directory as unknown as AsyncIterable<[string, FileSystemHandle]>
    for await (const [name, { kind }] of directory) {
      if (kind === 'file' && !this.#entries.get(name)?.isSpare) append(names, name)
    }
    return names
  }

  async prepare(names: readonly string[]): Promise<void> {
    names.forEach(checkFileName)
    this.verify()
    // None may still be under way when one has failed: what it opens would have no owner.
    const results = await Promise.allSettled(names.map((name) => this.#prepare(name)))
    throwFirst(results)
    await this.#closeIdle(names)
  }

  open(name: string, { create }: { readonly create: boolean }): VfsFile | null {
    checkFileName(name)
    this.verify()
    const entry = this.#entries.get(name)
    if (!entry) throw new VfsError('EINVAL', `File "${name}" was not prepared before it was opened`)
    if (entry.isOpen) throw new VfsError('EBUSY', `File "${name}" is open already`)
    if (entry.isSpare && !create) return null
    const file = opfsFile(name, entry.handle, {
      closed: () => (entry.isOpen = false),
      lost: () => this.#noteLost(clearedError(name)),
    })
    entry.isSpare = false
    entry.isOpen = true
    return file
  }

  async rename(from: string, to: string): Promise<void> {
    checkFileName(to)
    this.verify()
    await this.#release(from)
    const wasSpare = await this.#release(to)
    try {
      const file = await this.#fileHandle(from, { create: false })
      if (!file) throw new VfsError('ENOENT', `File "${from}" is missing`)
      await file.move(to)
    } catch (error) {
      if (wasSpare) await this.#removeFile(to)
      throw accessError(from, error)
    }
  }

  async remove(name: string): Promise<void> {
    checkFileName(name)
    await this.#release(name)
    await this.#removeFile(name)
  }

  /** Closes all; what cannot be closed or removed keeps none of the others, and is tried again by the next call. */
  async close(): Promise<void> {
    const names = [...this.#entries.keys()]
    const results = await Promise.allSettled(names.map((name) => this.#close(name)))
    if (this.#lost) this.#entries.clear()
    else throwFirst(results)
  }

  async #prepare(name: string): Promise<void> {
    const known = this.#entries.get(name)
    if (known) {
      this.#entries.delete(name)
      this.#entries.set(name, known)
      return
    }
    const existing = await this.#fileHandle(name, { create: false })
    const file = existing ?? (await this.#createFile(name))
    try {
      const handle = await openSyncAccess(file)
      this.#entries.set(name, { handle, isSpare: existing === null, isOpen: false })
    } catch (error) {
      if (existing === null) await this.#removeFile(name)
      throw error
    }
  }

  /** The first one opened of those that are in use, else of all; undefined when there is none. */
  #nameOfOldest(): string | undefined {
    for (const [name, { isOpen }] of this.#entries) if (isOpen) return name
    for (const [name] of this.#entries) return name
    return undefined
  }

  #noteLost(error: VfsError): VfsError {
    this.#lost ??= error
    return this.#lost
  }

  async #closeIdle(wanted: readonly string[]): Promise<void> {
    const idle = [...this.#entries].filter(([name, it]) => !it.isOpen && !wanted.includes(name))
    for (const [name] of idle.slice(0, -idleLimit)) await this.#close(name)
  }

  async #close(name: string): Promise<void> {
    if (await this.#release(name)) await this.#removeFile(name)
  }

  /**
   * Closes the handle, which would keep the file from being moved or removed; says whether it was a spare. Engine: in Chromium
   * the call never returns for a file that was cleared away, so such a handle is left to the collector.
   */
  async #release(name: string): Promise<boolean> {
    const entry = this.#entries.get(name)
    if (entry) await this.#look(name)
    this.verify()
    if (!entry) return false
    // Closing one that is closed does nothing: should this throw, it can be tried again.
    entry.handle.close()
    this.#entries.delete(name)
    return entry.isSpare
  }

  /** Looks whether a file is there whose handle is. */
  async #look(name: string): Promise<void> {
    const entry = this.#entries.get(name)
    const file = await this.#fileHandle(name, { create: false })
    // Meanwhile it may have been removed by ourselves.
    if (!file && this.#entries.get(name) === entry) this.#noteLost(clearedError(name))
  }

  async #removeFile(name: string): Promise<void> {
    try {
      await this.#directory.removeEntry(name)
    } catch (error) {
      if (!isNamed(error, 'NotFoundError')) throw accessError(name, error)
    }
  }

  async #createFile(name: string): Promise<FileHandle> {
    try {
      const file = await this.#fileHandle(name, { create: true })
      if (file) return file
    } catch (error) {
      // Its directory is not there any more.
      if ((error as VfsError).code === 'ENOENT') throw this.#noteLost(clearedError(name, error))
      throw error
    }
    throw new Error('unreachable: a created file is missing')
  }

  async #fileHandle(name: string, options: { create: boolean }): Promise<FileHandle | null> {
    try {
      // Only dedicated workers get here, and there a file's handle has more members.
      return (await this.#directory.getFileHandle(name, options)) as FileHandle
    } catch (error) {
      if (!options.create && isNamed(error, 'NotFoundError')) return null
      throw accessError(name, error)
    }
  }
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
