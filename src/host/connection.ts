/** The host's side of a connection. */
import type { Failure } from '../errors.ts'
import type { KeptPlace } from '../kept-objects/kept-store.ts'
import { Chain } from './chain.ts'
import { Copying } from './copying.ts'
import type { Database, DatabaseConnection } from './database.ts'
import { closedBefore, closedByForce } from './requests/queued-request.ts'
import { here, type Holding } from '../protocol/blockers.ts'
import type { ChangeListener, WatchedStore } from '../protocol/changes.ts'
import type { DatabaseCounters } from '../protocol/load.ts'
import type {
  CommitMark,
  ConnectionListener,
  CopyListener,
  DatabaseSchema,
  Durability,
  HostConnection,
  HostCopy,
  Receiver,
  SalvageReport,
  StorageLimits,
  TransactionListener,
} from '../protocol/protocol.ts'
import {
  type Outcome,
  Transaction,
  type TransactionOptions,
  type TransactionOwner,
} from './transaction.ts'

/** https://w3c.github.io/IndexedDB/#connection-construct */
export class Connection implements HostConnection, DatabaseConnection, TransactionOwner {
  readonly name: string
  readonly isRemote = false
  readonly readAhead = null
  schema: DatabaseSchema
  readonly limits: StorageLimits
  readonly salvaged: SalvageReport | null
  readonly keptAt: KeptPlace | null
  /** https://w3c.github.io/IndexedDB/#connection-close-pending-flag */
  closePending = false
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>
  readonly #database: Database<Connection>
  /** Those that have not finished, oldest first. */
  readonly #transactions = new Chain<Transaction>()
  /** Those that are not over. */
  readonly #copies = new Set<Copying>()
  #listener: ConnectionListener | null = null
  /** Why it is being closed; null when it is not, or its realm has closed it. */
  #reason: Failure | null = null
  #isForced = false
  #isClosed = false
  /** Waits for the upgrade transaction; null when there is none. */
  #upgradeFinished: ((outcome: Outcome) => void) | null = null
  #resolveClosed = (): void => {}

  constructor(database: Database<Connection>) {
    this.name = database.storage.name
    this.schema = database.storage.schema
    this.limits = database.services.limits
    this.salvaged = database.storage.care.salvaged
    this.keptAt = database.keptAt
    this.#database = database
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    database.connections.add(this)
  }

  identify(): number | null {
    return this.#database.identify({ isUpgrading: this.#upgradeFinished !== null })
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener
  }

  /** What those are told of it who wait for its end. */
  get holding(): Holding {
    return this.#listener?.holding?.() ?? { holder: here, opened: null }
  }

  /** How many of its transactions have started, and how many wait. Counted when asked for, so that it costs them nothing. */
  countTransactions(): { readonly running: number; readonly waiting: number } {
    let running = 0
    let waiting = 0
    for (let it = this.#transactions.first; it; it = it.next) {
      if (it.hasStarted) running++
      else waiting++
    }
    return { running, waiting }
  }

  createTransaction(
    storeIds: readonly number[],
    mode: 'readonly' | 'readwrite',
    durability: Durability,
    listener: TransactionListener,
    resumes = false,
  ): Transaction {
    const database = this.#database
    const options = { database, storeIds, mode, durability, listener, owner: this }
    const transaction = this.#addTransaction(options)
    // The host closed it meanwhile, which a realm at the other end of a port may not know yet.
    if (this.closePending) transaction.giveUp(closedByForce(this.name))
    else this.#schedule(transaction, resumes)
    return transaction
  }

  /** While the host recovers only what resumes may take locks. */
  #schedule(transaction: Transaction, resumes: boolean): void {
    const { recovery } = this.#database.services
    if (resumes || recovery.isOver) transaction.schedule()
    else recovery.whenOver(() => transaction.schedule())
  }

  watch(watched: readonly WatchedStore[], listener: ChangeListener): () => void {
    if (this.#isClosed) return () => {}
    return this.#database.watchers.add({ owner: this, watched, listener })
  }

  copy(listener: CopyListener): HostCopy {
    const database = this.#database
    const over = (copying: Copying): void => {
      this.#copies.delete(copying)
      database.copies.remove(copying)
      database.noteCopied()
      this.#closeIfUnused()
    }
    const copying = new Copying({ database, listener, over })
    if (this.closePending) copying.fail(closedByForce(this.name))
    else this.#beginCopy(copying)
    return copying
  }

  /** Not while the host recovers: what resumes goes before. */
  #beginCopy(copying: Copying): void {
    const { copies, services } = this.#database
    this.#copies.add(copying)
    services.recovery.whenOver(() => copies.add(copying))
  }

  inspect(receiver: Receiver<DatabaseCounters>): void {
    receiver.done(this.#database.counters())
  }

  abortOf(listener: TransactionListener): void {
    for (let it = this.#transactions.first; it; it = it.next) {
      if (it.listener === listener) return it.abort()
    }
  }

  /**
   * Creates and starts the upgrade transaction. `finished`: told its end, once the listener has been told.
   * @throws StorageError when it cannot start; then there is none.
   */
  startUpgrade(version: number, finished: (outcome: Outcome) => void): Transaction {
    const transaction = this.#addTransaction({
      database: this.#database,
      storeIds: [],
      mode: 'versionchange',
      durability: 'default',
      listener: null,
      owner: this,
    })
    this.schema = transaction.startUpgrade(version)
    this.#upgradeFinished = finished
    return transaction
  }

  /** Its open request is answered. */
  noteOpened(): void {
    if (this.salvaged) this.#database.storage.care.noteReported()
  }

  close(): void {
    this.closePending = true
    this.#closeIfUnused()
  }

  shutDown(): void {
    if (this.closePending) return
    this.#beginClosing(closedBefore(this.name))
    this.#failCopies(closedBefore(this.name))
    this.#closeIfUnused()
  }

  forceClose(): void {
    this.closeByForce(closedByForce(this.name))
  }

  closeByForce(reason: Failure): void {
    if (this.#isClosed || this.#isForced) return
    this.#isForced = true
    this.#beginClosing(reason)
    this.#database.scheduler.holdUpStarts(() => {
      // Each leaves the chain.
      let next: Transaction | null
      for (let it = this.#transactions.first; it; it = next) {
        ;({ next } = it)
        it.giveUp(reason)
      }
    })
    this.#failCopies(reason)
    this.#closeIfUnused()
  }

  finished(transaction: Transaction, outcome: Outcome): void {
    this.#transactions.remove(transaction)
    this.#upgradeFinished?.(outcome)
    this.#upgradeFinished = null
    this.#closeIfUnused()
  }

  /** Resolves when the client has fired `versionchange`, or can no longer do so. */
  async deliverVersionChange(
    oldVersion: number,
    newVersion: number | null,
    request: CommitMark | undefined,
  ): Promise<void> {
    const delivered = new Promise<void>((resolve) => {
      this.#listener?.versionChange(oldVersion, newVersion, resolve, request)
    })
    await Promise.race([delivered, this.closed])
  }

  #failCopies(reason: Failure): void {
    for (const copying of this.#copies) copying.fail(reason)
  }

  #beginClosing(reason: Failure): void {
    this.closePending = true
    this.#reason = reason
    this.#listener?.closing()
  }

  #addTransaction(options: TransactionOptions): Transaction {
    const transaction = new Transaction(options)
    this.#transactions.add(transaction)
    return transaction
  }

  /** https://w3c.github.io/IndexedDB/#close-a-database-connection */
  #closeIfUnused(): void {
    const isInUse = this.#transactions.first !== null || this.#copies.size > 0
    if (!this.closePending || this.#isClosed || isInUse) return
    this.#isClosed = true
    this.#database.connections.delete(this)
    this.#database.watchers.leave(this)
    this.#listener?.closed(this.#reason)
    this.#resolveClosed()
  }
}
