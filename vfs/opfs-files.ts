/**
 * The files of an OPFS directory, with their handles opened beforehand: opening one takes a promise, which SQLite cannot
 * wait for.
 *
 * A prepared file that is missing is made, empty, so that it can be opened; until somebody does, it is a *spare*: it is not
 * listed and goes again when the directory closes. One that a crash leaves behind is empty, which counts as missing.
 */
import { VfsError } from '../src/sqlite/vfs.ts'
import type { VfsFile } from '../src/sqlite/vfs.ts'
import {
  accessError,
  type FileHandle,
  isNamed,
  openSyncAccess,
  type SyncAccessHandle,
} from './opfs-access.ts'
import { opfsFile } from './opfs-file.ts'

/** A prepared file. */
interface Entry {
  readonly handle: SyncAccessHandle
  isSpare: boolean
  isOpen: boolean
}

/** So many prepared files that nobody has open are kept; each costs the browser a file descriptor. */
const idleLimit = 48

/** The files of one directory that this thread owns. */
export class OpfsFiles {
  readonly #directory: FileSystemDirectoryHandle
  /** By name, the least recently prepared first. */
  readonly #entries = new Map<string, Entry>()

  constructor(directory: FileSystemDirectoryHandle) {
    this.#directory = directory
  }

  async list(): Promise<string[]> {
    const names: string[] = []
    // The platform's types for pages leave out that a directory can be iterated over.
    const directory = this.#directory as unknown as AsyncIterable<[string, FileSystemHandle]>
    for await (const [name, { kind }] of directory) {
      if (kind === 'file' && !this.#entries.get(name)?.isSpare) names.push(name)
    }
    return names
  }

  async prepare(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#prepare(name)))
    await this.#closeIdle(names)
  }

  open(name: string, { create }: { readonly create: boolean }): VfsFile | null {
    const entry = this.#entries.get(name)
    if (!entry) throw new VfsError('EINVAL', `File "${name}" was not prepared before it was opened`)
    if (entry.isOpen) throw new VfsError('EBUSY', `File "${name}" is open already`)
    if (entry.isSpare && !create) return null
    entry.isSpare = false
    entry.isOpen = true
    return opfsFile(name, entry.handle, { closed: () => (entry.isOpen = false) })
  }

  async rename(from: string, to: string): Promise<void> {
    this.#release(from)
    const wasSpare = this.#release(to)
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
    this.#release(name)
    await this.#removeFile(name)
  }

  async close(): Promise<void> {
    for (const name of this.#entries.keys()) await this.#close(name)
  }

  async #prepare(name: string): Promise<void> {
    const known = this.#entries.get(name)
    if (known) {
      this.#entries.delete(name)
      this.#entries.set(name, known)
      return
    }
    const existing = await this.#fileHandle(name, { create: false })
    const file = existing ?? (await this.#fileHandle(name, { create: true }))
    if (!file) throw new Error('unreachable: a created file is missing')
    const handle = await openSyncAccess(file)
    this.#entries.set(name, { handle, isSpare: existing === null, isOpen: false })
  }

  async #closeIdle(wanted: readonly string[]): Promise<void> {
    const idle = [...this.#entries].filter(([name, it]) => !it.isOpen && !wanted.includes(name))
    for (const [name] of idle.slice(0, -idleLimit)) await this.#close(name)
  }

  async #close(name: string): Promise<void> {
    if (this.#release(name)) await this.#removeFile(name)
  }

  /** Closes the handle, which would keep the file from being moved or removed; says whether it was a spare. */
  #release(name: string): boolean {
    const entry = this.#entries.get(name)
    if (!entry) return false
    this.#entries.delete(name)
    entry.handle.close()
    return entry.isSpare
  }

  async #removeFile(name: string): Promise<void> {
    try {
      await this.#directory.removeEntry(name)
    } catch (error) {
      if (!isNamed(error, 'NotFoundError')) throw accessError(name, error)
    }
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
