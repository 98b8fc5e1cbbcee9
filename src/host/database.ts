/** An open database: what its connections share. */
import { type Failure, type FailurePlace, failureOf, StorageError } from '../errors.ts'
import type { KeptPlace } from '../kept-objects/kept-store.ts'
import { append } from '../base/own-property.ts'
import { isA } from '../base/thrown.ts'
import { queueReaction } from '../base/node-callbacks.ts'
import type { DatabaseCounters } from '../protocol/load.ts'
import type { StorageLimits } from '../storage/limits.ts'
import type { CommitMark, Storage, StorageTransaction } from '../storage/storage.ts'
import { CommitQueue, type Follower, type SettlingWork } from './commit-queue.ts'
import { FileWatch } from './care/file-watch.ts'
import { Garbage } from './care/garbage.ts'
import { Housekeeping } from './care/housekeeping.ts'
import { Copies } from './copies.ts'
import type { Pump } from '../event-loop/pump.ts'
import { Identity } from './identity.ts'
import type { Recovery } from './recovery.ts'
import { Scheduler } from './scheduler.ts'
import { Watchers } from './watchers.ts'

/** A connection as its database sees it. */
export interface DatabaseConnection {
  /** How many of its transactions have started, and how many wait. */
  countTransactions(): { readonly running: number; readonly waiting: number }
  closeByForce(failure: Failure): void
}

/** What a host gives to all its databases. */
export interface HostServices {
  readonly pump: Pump
  /** What `default` durability means. */
  readonly durability: 'relaxed' | 'strict'
  /** Where the directory is, for failures. */
  readonly place: FailurePlace
  /** Takes failures that answer no call. */
  readonly report: (failure: Failure) => void
  /** Called when a database has lost its files: others may have as well. */
  readonly lost: () => void
  /** The directory that objects without bytes are kept for, see `kept-objects/`; null: they are not. */
  readonly keptIn: string | null
  /** How much the engine can store. */
  readonly limits: StorageLimits
  /** What waits for it must not start before. */
  readonly recovery: Recovery
}

/** https://w3c.github.io/IndexedDB/#database-construct */
export class Database<Connection extends DatabaseConnection> {
  readonly storage: Storage
  readonly services: HostServices
  readonly scheduler = new Scheduler()
  readonly copies = new Copies()
  readonly connections = new Set<Connection>()
  readonly watchers = new Watchers()
  readonly keptAt: KeptPlace | null
  /** Storage can no longer be trusted to hold what memory says: it must be opened again. */
  isBroken = false
  readonly #commits: CommitQueue
  readonly #housekeeping: Housekeeping
  readonly #watch: FileWatch
  readonly #identity: Identity
  /** The clients whose marks go with the next commit; null: none. */
  #forgotten: string[] | null = null

  constructor(storage: Storage, services: HostServices) {
    this.storage = storage
    this.services = services
    this.#identity = new Identity(storage)
    this.#commits = new CommitQueue(storage.durability, (error, lost) => this.#lose(error, lost))
    const { keptIn } = services
    this.keptAt = keptIn === null ? null : [keptIn, storage.name]
    this.#housekeeping = new Housekeeping({
      storage,
      garbage: this.keptAt && new Garbage(this.keptAt, storage),
      failed: (error) => {
        services.report(this.failureOf(error))
        this.noteError(error)
      },
      syncFailed: (error) => this.#breakDownLater(this.failureOf(error)),
    })
    this.#watch = new FileWatch(storage.durability, (error) => {
      // No call is waiting for an answer that would say why.
      if (!this.isBroken) services.report(this.failureOf(error))
      this.noteError(error)
    })
  }

  /** The failure for what storage has thrown. */
  failureOf(error: unknown): Failure {
    return failureOf(error, { ...this.services.place, database: this.storage.name })
  }

  /** Commits to the operating system. @throws StorageError; then the transaction must be rolled back. */
  commit(transaction: StorageTransaction, mark?: CommitMark): void {
    this.#watch.beforeCommit()
    for (const client of this.#forgotten ?? []) transaction.forgetMarks(client)
    this.#identity.noteWith(transaction)
    transaction.commit(mark)
    this.#identity.noted()
    this.#forgotten = null
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

  /** A copy is over: what it has held back can be tidied. */
  noteCopied(): void {
    this.#housekeeping.noteCopied()
  }

  /** Reverts everything the transaction did. */
  rollback(transaction: StorageTransaction): void {
    this.#housekeeping.noteRollback()
    try {
      transaction.rollback()
    } catch (error) {
      return this.breakDown(this.failureOf(error))
    }
    if (!this.storage.durability.hasLostSync) return
    // It failed in the middle of the transaction, at the log's beginning.
    this.#breakDownLater(this.failureOf(lostSync(this.storage)))
  }

  /** Breaks down when `error`, which storage has thrown, says that the file cannot be used any more. */
  noteError(error: unknown): void {
    if (!isA(error, StorageError)) return
    if (error.code !== 'corrupt' && error.code !== 'lost') return
    this.breakDown(this.failureOf(error))
    if (error.code === 'lost') this.services.lost()
  }

  /** Makes sure that it still has its files. @throws StorageError; 'lost' when it has not, then it is broken */
  verify(): void {
    try {
      this.#watch.look()
    } catch (error) {
      this.noteError(error)
      throw error
    }
  }

  /** Finds out at once whether it has lost its files. */
  lookForFiles(): void {
    if (!this.isBroken) this.#watch.lookAside()
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
    queueReaction(() => this.breakDown(failure))
  }

  /**
   * What tells it from others of its name; null where that is not in its file and cannot be brought there now, as a transaction
   * writes. `isUpgrading`: it is for the connection of that transaction itself, with which it comes or goes.
   */
  identify({ isUpgrading }: { isUpgrading: boolean }): number | null {
    const incarnation = this.#identity.get()
    if (!this.isBroken) this.#noteIdentity()
    return this.#identity.isOwed && !isUpgrading ? null : incarnation
  }

  /** Trouble is met again by what needs the file. */
  #noteIdentity(): void {
    if (!this.#identity.isOwed || this.storage.transaction) return
    try {
      this.#commitAlone()
    } catch {
      // Then it is not known.
    }
  }

  /** A client's marks are of no use any more. */
  forgetMarks(client: string): void {
    append((this.#forgotten ??= []), client)
  }

  /** Whether a client may know it by what its file says. */
  get isIdentified(): boolean {
    return this.#identity.isNoted
  }

  /** What goes on, counted when it is asked for. */
  counters(): DatabaseCounters {
    const counts = Array.from(this.connections, (it) => it.countTransactions())
    const { name, schema, care } = this.storage
    return {
      name,
      version: schema.version,
      connections: counts.length,
      running: counts.reduce((sum, { running }) => sum + running, 0),
      waiting: counts.reduce((sum, { waiting }) => sum + waiting, 0),
      engine: care.counters?.() ?? null,
    }
  }

  /** Closes the file; there must be no connection left. `keepsBegun`: see `Storage.close()`. */
  async close(how: { keepsBegun: boolean }): Promise<void> {
    this.#watch.close()
    this.#forgetNow()
    await this.#housekeeping.close()
    await this.storage.close(how)
  }

  /** At the end, where no commit takes it along. Trouble is met again by what closes the file. */
  #forgetNow(): void {
    if (!this.#forgotten || this.isBroken) return
    try {
      this.#commitAlone()
    } catch (error) {
      this.services.report(this.failureOf(error))
    }
  }

  /** Commits what is to be noted. @throws StorageError */
  #commitAlone(): void {
    const transaction = this.storage.begin()
    try {
      this.commit(transaction)
    } catch (error) {
      transaction.rollback()
      throw error
    }
  }

  /** A sync has failed: what ran on top of the lost ones is aborted as their connections are. */
  #lose(error: unknown, lost: readonly SettlingWork[]): void {
    const failure = this.failureOf(error)
    this.scheduler.holdUpStarts(() => {
      for (const work of lost) work.lose(failure)
      this.breakDown(failure)
    })
    this.noteError(error)
  }
}

function lostSync({ name }: Storage): StorageError {
  const message = `Database ${JSON.stringify(name)}: a sync has failed; close all connections and open it again`
  return new StorageError('io', message)
}
