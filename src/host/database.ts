/** An open database: what its connections share. */
import { type Failure, failure, failureOf } from '../errors.ts'
import type { DatabaseSchema } from '../storage/schema.ts'
import type { DatabaseStorage } from '../storage/storage.ts'
import { CommitQueue, type Follower, type SettlingWork } from './commit-queue.ts'
import type { OperationTarget } from './execute.ts'
import { Housekeeping } from './housekeeping.ts'
import { KeyGenerators } from './key-generators.ts'
import type { Pump } from './pump.ts'
import { Scheduler } from './scheduler.ts'

/** A connection as its database sees it. */
export interface DatabaseConnection {
  closeByForce(failure: Failure): void
}

/** What a host gives to all its databases. */
export interface HostServices {
  readonly pump: Pump
  /** What `default` durability means. */
  readonly durability: 'relaxed' | 'strict'
  /** Takes what failed where nobody waits for an answer. */
  readonly report: (failure: Failure) => void
}

/** https://w3c.github.io/IndexedDB/#database-construct */
export class Database<Connection extends DatabaseConnection> implements OperationTarget {
  readonly storage: DatabaseStorage
  readonly services: HostServices
  readonly keyGenerators: KeyGenerators
  readonly scheduler = new Scheduler()
  readonly connections = new Set<Connection>()
  /** As the running upgrade transaction sees it; the committed one when none runs. */
  schema: DatabaseSchema
  committedSchema: DatabaseSchema
  /** Storage can no longer be trusted to hold what memory says: it must be opened anew. */
  isBroken = false
  /** Whether the engine's write transaction is open. */
  #isWriting = false
  readonly #commits: CommitQueue
  readonly #housekeeping: Housekeeping

  constructor(storage: DatabaseStorage, services: HostServices) {
    this.storage = storage
    this.services = services
    this.schema = storage.schema
    this.committedSchema = storage.schema
    this.keyGenerators = new KeyGenerators(storage.currentNumbers)
    this.#commits = new CommitQueue(storage, (failure, lost) => this.#lose(failure, lost))
    this.#housekeeping = new Housekeeping({
      storage,
      isBusy: () => this.#isWriting,
      failed: (error) => services.report(failureOf(error)),
      syncFailed: (error) => this.#breakDownLater(failureOf(error)),
    })
  }

  /** Opens the engine's write transaction; the scheduler sees to it that there is never more than one. */
  begin(): void {
    this.storage.begin()
    this.#isWriting = true
  }

  /** Commits it to the operating system. @throws StorageError; then it must be rolled back. */
  commit(): void {
    this.keyGenerators.store(this.storage, (storeId) => this.schema.stores.has(storeId))
    this.storage.commit()
    this.#isWriting = false
    this.keyGenerators.keep()
    this.#housekeeping.noteCommit()
  }

  /** Tells `work` once its commit is as durable as it asked for, and all before it have been told. */
  settle(work: SettlingWork): void {
    this.#commits.add(work, { isAlone: !this.scheduler.hasWaiting })
  }

  /** Whether a transaction with that scope, which starts now, overlaps one that settles; `follower` is told when none is left. */
  follow(storeIds: readonly number[], follower: Follower): boolean {
    return this.#commits.follow(storeIds, follower)
  }

  /** Reverts everything the engine's write transaction did. */
  rollback(): void {
    this.#isWriting = false
    this.schema = this.committedSchema
    this.keyGenerators.revert()
    try {
      this.storage.rollback()
    } catch (error) {
      return this.breakDown(failureOf(error))
    }
    if (!this.storage.hasLostSync) return
    // It failed in the middle of the transaction, at the log's beginning.
    this.#breakDownLater(failure('UnknownError', lostSync(this.storage)))
  }

  /** Closes all connections by force: the file, or what is known of it, cannot be trusted. */
  breakDown(failure: Failure): void {
    if (this.isBroken) return
    this.isBroken = true
    this.scheduler.holdUpStarts(() => {
      for (const connection of this.connections) connection.closeByForce(failure)
    })
  }

  /** Not before the transaction that was ending is told how it has ended. */
  #breakDownLater(failure: Failure): void {
    queueMicrotask(() => this.breakDown(failure))
  }

  /** Closes the file; there must be no connection left. */
  async close(): Promise<void> {
    await this.#housekeeping.close()
    await this.storage.close()
  }

  /** A sync has failed: what ran on top of the lost ones is aborted as their connections are. */
  #lose(failure: Failure, lost: readonly SettlingWork[]): void {
    this.scheduler.holdUpStarts(() => {
      for (const work of lost) work.lose(failure)
      this.breakDown(failure)
    })
  }
}

function lostSync({ name }: DatabaseStorage): string {
  return `Database ${JSON.stringify(name)}: a sync has failed; open it anew`
}
