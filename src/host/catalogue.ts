/** Which databases there are: read once from storage, then kept in step with what this host does. */
import { failureOf } from '../errors.ts'
import type { StorageDirectory } from '../storage/storage.ts'
import type { Receiver } from './protocol.ts'

/** A database's name and its last committed version. */
export interface DatabaseListing {
  readonly name: string
  readonly version: number
}

/** The catalogue of an owned directory; another is needed once the ownership was given up. */
export class Catalogue {
  readonly #directory: StorageDirectory
  /** null: not read yet. */
  #versions: Map<string, number> | null = null
  /** What happened while storage was not read yet; 0: deleted. */
  readonly #changes = new Map<string, number>()
  #reading: Promise<Map<string, number>> | null = null

  constructor(directory: StorageDirectory) {
    this.#directory = directory
  }

  /** A database was committed with that version, or deleted: 0. */
  set(name: string, version: number): void {
    if (this.#versions) setVersion(this.#versions, name, version)
    else this.#changes.set(name, version)
  }

  list(receiver: Receiver<readonly DatabaseListing[]>): void {
    if (this.#versions) return receiver.done(listingsOf(this.#versions))
    this.#read().then(
      (versions) => receiver.done(listingsOf(versions)),
      (error: unknown) => receiver.failed(failureOf(error)),
    )
  }

  /** Resolves when storage is not being read; never rejects. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#reading])
  }

  #read(): Promise<Map<string, number>> {
    // A failed attempt is not kept: the next question asks storage again.
    this.#reading ??= this.#readOnce().finally(() => (this.#reading = null))
    return this.#reading
  }

  async #readOnce(): Promise<Map<string, number>> {
    const listed = await this.#directory.list()
    const versions = new Map(listed.map(({ name, version }) => [name, version]))
    for (const [name, version] of this.#changes) setVersion(versions, name, version)
    this.#changes.clear()
    this.#versions = versions
    return versions
  }
}

function setVersion(versions: Map<string, number>, name: string, version: number): void {
  if (version === 0) versions.delete(name)
  else versions.set(name, version)
}

function listingsOf(versions: ReadonlyMap<string, number>): DatabaseListing[] {
  return Array.from(versions, ([name, version]) => ({ name, version }))
}
