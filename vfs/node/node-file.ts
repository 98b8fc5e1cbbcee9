import fs from 'node:fs'
import { VfsError } from '../../src/files/vfs.ts'
import type { VfsFile } from '../../src/files/vfs.ts'
import type { HeldDirectory } from './held-directory.ts'
import { explained, explanation } from './node-file-error.ts'
import { lstatOrNull, statPlainFile } from './plain-file.ts'

/** The syncs under way of one directory's files. */
export type PendingSyncs = Set<Promise<void>>

/** How to open a file. */
export interface NodeFileOptions {
  readonly create: boolean
  /** What `syncLater` starts stands in here until it is done. */
  readonly pending: PendingSyncs
  readonly directory: HeldDirectory
}

/** Opens the file at `path`; null when it is missing and `create` is false. */
export function openNodeFile(path: string, options: NodeFileOptions): VfsFile | null {
  const descriptor = explained(path, () => openDescriptor(path, options))
  if (descriptor === null) return null
  try {
    // Its directory may have been replaced in the same moment.
    options.directory.verify()
    return withOwnMembers(new NodeFile({ ...options, path, descriptor }))
  } catch (error) {
    fs.closeSync(descriptor)
    throw explanation(path, error)
  }
}

/** @throws VfsError that names what is no plain file: what is written to a link's would lie outside of the directory */
function openDescriptor(path: string, { create }: NodeFileOptions): number | null {
  statPlainFile(path)
  const existing = openIfPresent(path, 'r+')
  return existing === null && create ? fs.openSync(path, 'wx+') : existing
}

function openIfPresent(path: string, flags: string): number | null {
  try {
    return fs.openSync(path, flags)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** A file that was opened. */
interface OpenDescriptor extends NodeFileOptions {
  readonly path: string
  readonly descriptor: number
}

/** A VFS that wraps another may spread its files, `{ ...file, write }`: methods of a class would be missing then. */
function withOwnMembers(file: NodeFile): VfsFile {
  return {
    read: (into, offset) => file.read(into, offset),
    write: (bytes, offset) => file.write(bytes, offset),
    truncate: (newSize) => file.truncate(newSize),
    size: () => file.size(),
    sync: (dataOnly) => file.sync(dataOnly),
    syncLater: () => file.syncLater(),
    isLinked: () => file.isLinked(),
    close: () => file.close(),
  }
}

class NodeFile implements VfsFile {
  readonly #path: string
  readonly #descriptor: number
  readonly #pending: PendingSyncs
  readonly #directory: HeldDirectory
  /** What it was when it was opened: another file may come to have its name. */
  readonly #opened: fs.BigIntStats
  /** Only this thread writes the file, so its size need not be asked for again. */
  #size: number
  /** Also for a file found here: its maker may have been killed before the first sync. */
  #needsDirectorySync = true
  #syncsUnderWay = 0
  #isClosed = false

  constructor({ path, descriptor, pending, directory }: OpenDescriptor) {
    this.#path = path
    this.#descriptor = descriptor
    this.#pending = pending
    this.#directory = directory
    this.#opened = fs.fstatSync(descriptor, { bigint: true })
    this.#size = Number(this.#opened.size)
  }

  read(into: Uint8Array, offset: number): number {
    const length = Math.min(into.length, this.#size - offset)
    let done = 0
    try {
      while (done < length) {
        const count = fs.readSync(this.#descriptor, into, done, length - done, offset + done)
        if (count === 0) break
        done += count
      }
    } catch (error) {
      throw explanation(this.#path, error)
    }
    return done
  }

  write(bytes: Uint8Array, offset: number): void {
    const { length } = bytes
    try {
      for (let done = 0; done < length;) {
        const count = fs.writeSync(this.#descriptor, bytes, done, length - done, offset + done)
        if (count === 0) throw new VfsError('EIO', `Nothing could be written to "${this.#path}"`)
        done += count
        this.#size = Math.max(this.#size, offset + done)
      }
    } catch (error) {
      throw explanation(this.#path, error)
    }
  }

  truncate(newSize: number): void {
    explained(this.#path, () => fs.ftruncateSync(this.#descriptor, newSize))
    this.#size = newSize
  }

  size(): number {
    return this.#size
  }

  sync(dataOnly: boolean): void {
    const sync = dataOnly ? fs.fdatasyncSync : fs.fsyncSync
    explained(this.#path, () => sync(this.#descriptor))
    this.#syncName()
  }

  syncLater(): Promise<void> {
    const syncing = this.#syncData()
    // The caller gets a failure; the directory waits for the end, whatever it is.
    const settled = syncing.catch(() => {})
    this.#pending.add(settled)
    void settled.then(() => this.#pending.delete(settled))
    return syncing
  }

  isLinked(): boolean {
    const named = lstatOrNull(this.#path)
    return named !== null && named.ino === this.#opened.ino && named.dev === this.#opened.dev
  }

  close(): void {
    this.#isClosed = true
    this.#closeWhenIdle()
  }

  /** A descriptor closed under a sync in the thread pool might by then be another file's. */
  #closeWhenIdle(): void {
    if (this.#isClosed && this.#syncsUnderWay === 0) fs.closeSync(this.#descriptor)
  }

  #syncName(): void {
    if (!this.#needsDirectorySync) return
    this.#directory.sync()
    this.#needsDirectorySync = false
  }

  async #syncData(): Promise<void> {
    this.#syncsUnderWay++
    try {
      await fdatasync(this.#descriptor)
      this.#syncName()
    } catch (error) {
      throw explanation(this.#path, error)
    } finally {
      this.#syncsUnderWay--
      this.#closeWhenIdle()
    }
  }
}

function fdatasync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fdatasync(descriptor, (error) => (error ? reject(error) : resolve()))
  })
}
