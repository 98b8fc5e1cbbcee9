import fs from 'node:fs'
import { join } from 'node:path'
import { VfsError } from '../../src/files/vfs.ts'
import type { VfsFile, Survivors } from '../../src/files/vfs.ts'
import { checkFileName, isFileName } from '../file-name.ts'
import type { HeldDirectory } from './held-directory.ts'
import { explainedLater } from './node-file-error.ts'
import { openNodeFile } from './node-file.ts'
import type { PendingSyncs } from './node-file.ts'
import { isLockFile } from './node-lock.ts'
import type { DirectoryLock } from './node-lock.ts'

/** A directory that is locked. */
interface LockedDirectory {
  readonly path: string
  readonly lock: DirectoryLock
  readonly held: HeldDirectory
}

/** The files of a directory that is locked, as long as names in it lead to what was locked. */
export class NodeFiles {
  readonly #locked: LockedDirectory
  readonly #pending: PendingSyncs = new Set()

  constructor(locked: LockedDirectory) {
    this.#locked = locked
  }

  get survivors(): Survivors {
    return this.#locked.lock.survivors
  }

  /** @throws VfsError ESTALE when the directory was moved, deleted or taken */
  verify(): void {
    this.#locked.held.verify()
    this.#locked.lock.verify()
  }

  async list(): Promise<string[]> {
    this.verify()
    const { path } = this.#locked
    const entries = await explainedLater(path, () =>
      fs.promises.readdir(path, { withFileTypes: true }),
    )
    return entries
      .filter((entry) => entry.isFile() && isFileName(entry.name) && !isLockFile(entry.name))
      .map((entry) => entry.name)
  }

  open(name: string, { create }: { readonly create: boolean }): VfsFile | null {
    const file = this.#pathOf(name)
    this.verify()
    return openNodeFile(file, { create, pending: this.#pending, directory: this.#locked.held })
  }

  async rename(from: string, to: string): Promise<void> {
    this.verify()
    const [old, name] = [this.#pathOf(from), this.#pathOf(to)]
    await explainedLater(old, () => fs.promises.rename(old, name))
    this.#locked.held.sync()
  }

  async remove(name: string): Promise<void> {
    this.verify()
    const file = this.#pathOf(name)
    await explainedLater(file, () => fs.promises.rm(file, { force: true }))
    this.#locked.held.sync()
  }

  /** Resolves when no sync of a file is under way any more. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending)
  }

  /** Gives up the ownership. When it throws, the directory is still owned. */
  release(): void {
    this.#locked.lock.release()
    this.#locked.held.release()
  }

  #pathOf(name: string): string {
    checkName(name)
    return join(this.#locked.path, name)
  }
}

/** @throws VfsError EINVAL for a name that the VFS contract does not allow, or that the ownership needs */
export function checkName(name: string): void {
  checkFileName(name)
  if (!isLockFile(name)) return
  throw new VfsError('EINVAL', `File name "${name}" is reserved for the ownership of the directory`)
}
