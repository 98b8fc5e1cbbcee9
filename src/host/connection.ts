/** The host's side of a connection. */
import { type Failure, failure } from '../errors.ts'
import type { Database, DatabaseConnection } from './database.ts'
import type {
  ConnectionListener,
  DatabaseSchema,
  Durability,
  HostConnection,
  TransactionListener,
} from './protocol.ts'
import { Transaction, type TransactionOptions } from './transaction.ts'

/** https://w3c.github.io/IndexedDB/#connection-construct */
export class Connection implements HostConnection, DatabaseConnection {
  readonly name: string
  schema: DatabaseSchema
  /** https://w3c.github.io/IndexedDB/#connection-close-pending-flag */
  closePending = false
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>
  readonly #database: Database<Connection>
  readonly #transactions = new Set<Transaction>()
  #listener: ConnectionListener | null = null
  /** Why it is closed by force; null when it is not. */
  #forcedBy: Failure | null = null
  #isClosed = false
  #resolveClosed = (): void => {}

  constructor(database: Database<Connection>) {
    this.name = database.storage.name
    this.schema = database.schema
    this.#database = database
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    database.connections.add(this)
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener
  }

  createTransaction(
    storeIds: readonly number[],
    mode: 'readonly' | 'readwrite',
    durability: Durability,
    listener: TransactionListener,
  ): Transaction {
    const transaction = this.#addTransaction({ storeIds, mode, durability, listener })
    // The host closed it meanwhile, which a realm behind a port may not know yet.
    if (this.closePending) transaction.giveUp(closedFailure(this.name))
    else transaction.schedule()
    return transaction
  }

  /**
   * Creates and starts the upgrade transaction. `finished`: told last, once its end has been told to the listener.
   * @throws StorageError when it cannot start; then there is none.
   */
  startUpgrade(version: number, finished: TransactionOptions['finished']): Transaction {
    const transaction = this.#addTransaction(
      { storeIds: [], mode: 'versionchange', durability: 'default', listener: null },
      finished,
    )
    transaction.startUpgrade(version)
    this.schema = this.#database.schema
    return transaction
  }

  close(): void {
    this.closePending = true
    this.#closeIfUnused()
  }

  forceClose(): void {
    this.closeByForce(closedFailure(this.name))
  }

  closeByForce(reason: Failure): void {
    if (this.#isClosed || this.#forcedBy) return
    this.closePending = true
    this.#forcedBy = reason
    this.#database.scheduler.holdUpStarts(() => {
      for (const transaction of this.#transactions) transaction.giveUp(reason)
    })
    this.#closeIfUnused()
  }

  /** Resolves when the client has fired `versionchange`, or can no longer do so. */
  async deliverVersionChange(oldVersion: number, newVersion: number | null): Promise<void> {
    const delivered = new Promise<void>((resolve) => {
      this.#listener?.versionChange(oldVersion, newVersion, resolve)
    })
    await Promise.race([delivered, this.closed])
  }

  #addTransaction(
    options: Omit<TransactionOptions, 'database' | 'finished'>,
    finished?: TransactionOptions['finished'],
  ): Transaction {
    const transaction = new Transaction({
      ...options,
      database: this.#database,
      finished: (outcome) => {
        this.#transactions.delete(transaction)
        finished?.(outcome)
        this.#closeIfUnused()
      },
    })
    this.#transactions.add(transaction)
    return transaction
  }

  /** https://w3c.github.io/IndexedDB/#close-a-database-connection */
  #closeIfUnused(): void {
    if (!this.closePending || this.#isClosed || this.#transactions.size > 0) return
    this.#isClosed = true
    this.#database.connections.delete(this)
    if (this.#forcedBy) this.#listener?.forceClosed(this.#forcedBy)
    this.#resolveClosed()
  }
}

function closedFailure(name: string): Failure {
  return failure('AbortError', `The connection to database "${name}" was closed by force`)
}
