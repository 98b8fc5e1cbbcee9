/** A connection to a database on a server. */
import { type Failure, failure } from '../errors.ts'
import { closedBefore, closedByForce } from '../host/requests/queued-request.ts'
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
  StorageLimits,
  TransactionListener,
  TransactionMode,
} from '../protocol/protocol.ts'
import type { RemoteDatabase } from './database.ts'
import type { Lease } from './pool.ts'
import type { HostServices } from './services.ts'
import type { OpenConnection } from './session/open-connection.ts'
import { RemoteTransaction } from './transaction/transaction.ts'
import type { Outcome, TransactionOwner } from './transaction/transaction-options.ts'

/** What a transaction of a connection may be in addition to its scope. */
interface Making {
  readonly storeIds: readonly number[]
  readonly mode: TransactionMode
  readonly durability: Durability
  readonly listener: TransactionListener | null
}

interface Settling {
  readonly awaited: Set<RemoteTransaction>
  resolve(): void
}

/** https://w3c.github.io/IndexedDB/#connection-construct */
export class RemoteConnection implements HostConnection, OpenConnection, TransactionOwner {
  /** Names its row. */
  readonly id: string = crypto.randomUUID()
  readonly name: string
  readonly isRemote = true
  /** Each read is a round trip over a network. */
  readonly readAhead = 512
  schema: DatabaseSchema
  readonly limits: StorageLimits
  readonly salvaged = null
  readonly keptAt = null
  readonly database: RemoteDatabase
  /** https://w3c.github.io/IndexedDB/#connection-close-pending-flag */
  closePending = false
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>
  /** The request for which it was last asked to close; null: for none. */
  askedFor: string | null = null
  toldOf: string | null = null
  /** Whether its row is there. */
  isPlaced = false
  readonly #services: HostServices
  readonly #transactions = new Set<RemoteTransaction>()
  /** Those who wait for the end of some of its transactions. */
  readonly #settling = new Set<Settling>()
  #listener: ConnectionListener | null = null
  /** Why it is being closed; null when it is not, or its realm has closed it. */
  #reason: Failure | null = null
  #isForced = false
  #isClosed = false
  /** Waits for the upgrade transaction; null when there is none. */
  #upgradeFinished: ((outcome: Outcome) => void) | null = null
  #resolveClosed = (): void => {}

  constructor(database: RemoteDatabase, services: HostServices) {
    this.name = database.name
    this.schema = database.schema
    this.limits = services.limits
    this.database = database
    this.#services = services
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    database.connections.add(this)
    services.session.register(this)
  }

  identify(): number | null {
    return null
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener
  }

  /** What those are told of it who wait for its end. */
  get holding(): Holding {
    return this.#listener?.holding?.() ?? { holder: here, opened: null }
  }

  createTransaction(
    storeIds: readonly number[],
    mode: 'readonly' | 'readwrite',
    durability: Durability,
    listener: TransactionListener,
  ): RemoteTransaction {
    const transaction = this.#add({ storeIds, mode, durability, listener })
    if (this.closePending) transaction.giveUp(closedByForce(this.name))
    else transaction.schedule()
    return transaction
  }

  watch(watched: readonly WatchedStore[], listener: ChangeListener): () => void {
    if (this.#isClosed) return () => {}
    const { watchers } = this.database
    const { news } = this.#services.session
    if (!watchers.has(this)) news.note(this, true)
    const leave = watchers.add({ owner: this, watched, listener })
    return () => {
      leave()
      if (!this.#isClosed && !watchers.has(this)) news.note(this, false)
    }
  }

  copy(listener: CopyListener): HostCopy {
    const message = `Database "${this.name}" cannot be copied as a file: it lies on a PostgreSQL server, whose own tools make backups`
    queueMicrotask(() => listener.failed(failure('NotSupportedError', message)))
    return { next() {}, cancel() {} }
  }

  inspect(receiver: Receiver<DatabaseCounters>): void {
    const counts = [...this.database.connections].map((it) => it.countTransactions())
    receiver.done({
      name: this.name,
      version: this.schema.version,
      connections: counts.length,
      running: counts.reduce((sum, { running }) => sum + running, 0),
      waiting: counts.reduce((sum, { waiting }) => sum + waiting, 0),
      engine: null,
    })
  }

  settled(): Promise<void> {
    const awaited = new Set(this.#transactions)
    if (awaited.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#settling.add({ awaited, resolve }))
  }

  /** How many of its transactions have started, and how many wait. */
  countTransactions(): { readonly running: number; readonly waiting: number } {
    const running = [...this.#transactions].filter(({ hasStarted }) => hasStarted).length
    return { running, waiting: this.#transactions.size - running }
  }

  abortOf(listener: TransactionListener): void {
    for (const transaction of this.#transactions) {
      if (transaction.listener === listener) return transaction.abort()
    }
  }

  /** Makes the upgrade transaction, which has begun on the server. `finished`: told its end, once the listener has been told. */
  startUpgrade(
    lease: Lease,
    token: number,
    finished: (outcome: Outcome) => void,
  ): RemoteTransaction {
    const upgrade = { storeIds: [], mode: 'versionchange', durability: 'default' } as const
    const transaction = this.#add({ ...upgrade, listener: null })
    this.#upgradeFinished = finished
    transaction.startUpgrade(lease, token)
    return transaction
  }

  close(): void {
    this.closePending = true
    this.#closeIfUnused()
  }

  shutDown(): void {
    if (this.closePending) return
    this.#beginClosing(closedBefore(this.name))
    this.#closeIfUnused()
  }

  forceClose(): void {
    this.closeByForce(closedByForce(this.name))
  }

  /** Aborts its transactions; the connection is told why. */
  closeByForce(reason: Failure): void {
    if (this.#isClosed || this.#isForced) return
    this.#isForced = true
    this.#beginClosing(reason)
    this.database.scheduler.holdUpStarts(() => {
      for (const transaction of this.#transactions) transaction.giveUp(reason)
    })
    this.#closeIfUnused()
  }

  finished(transaction: RemoteTransaction, outcome: Outcome): void {
    this.#transactions.delete(transaction)
    for (const settling of this.#settling) {
      settling.awaited.delete(transaction)
      if (settling.awaited.size > 0) continue
      this.#settling.delete(settling)
      settling.resolve()
    }
    this.#upgradeFinished?.(outcome)
    this.#upgradeFinished = null
    this.#closeIfUnused()
  }

  /** Resolves when `versionchange` has been fired, or can no longer be. */
  async deliverVersionChange(
    oldVersion: number,
    newVersion: number | null,
    request?: CommitMark,
  ): Promise<void> {
    if (this.closePending) return
    const delivered = new Promise<void>((resolve) => {
      this.#listener?.versionChange(oldVersion, newVersion, resolve, request)
    })
    await Promise.race([delivered, this.closed])
  }

  #beginClosing(reason: Failure): void {
    this.closePending = true
    this.#reason = reason
    this.#listener?.closing()
  }

  #add(making: Making): RemoteTransaction {
    const place = { services: this.#services, database: this.database, owner: this }
    const transaction = new RemoteTransaction({ ...place, ...making })
    this.#transactions.add(transaction)
    return transaction
  }

  /** https://w3c.github.io/IndexedDB/#close-a-database-connection */
  #closeIfUnused(): void {
    if (!this.closePending || this.#isClosed || this.#transactions.size > 0) return
    this.#isClosed = true
    this.database.connections.delete(this)
    this.database.watchers.leave(this)
    void this.#services.session.unregister(this)
    this.#listener?.closed(this.#reason)
    this.#resolveClosed()
  }
}
