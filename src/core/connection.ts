/**
 * Connections to a database.
 * https://w3c.github.io/IndexedDB/#connection-construct
 */
import type { Failure } from '../errors.ts'
import type {
  ConnectionListener,
  DatabaseSchema,
  Durability,
  HostConnection,
} from '../protocol/protocol.ts'
import { here, type Holding } from '../protocol/blockers.ts'
import { Target } from '../events/dispatch.ts'
import { type Place, placeHere } from '../explain/place.ts'
import type { Factory } from './factory.ts'
import { fireClose, fireVersionChange } from './connection-events.ts'
import { queueCleanup } from '../events/task-queue.ts'
import { Transaction } from './transaction.ts'

/**
 * How any copy of this package finds the connection of an `IDBDatabase` that another copy has made. Its number is raised when
 * what `idb-everywhere/extras` uses of a connection changes.
 */
export const connectionSymbol = Symbol.for('idb-everywhere.connection.1')

export class Connection extends Target implements ConnectionListener {
  readonly factory: Factory
  readonly host: HostConnection
  /** The schema script sees: replaced by each step of an upgrade, put back by its abort. */
  schema: DatabaseSchema
  /** https://w3c.github.io/IndexedDB/#connection-close-pending-flag */
  closePending = false
  /** Whether its host has set that flag, and not script. */
  isClosedByHost = false
  /** Not null when and only when this connection's upgrade transaction is not finished. */
  upgradeTransaction: Transaction | null = null
  /** The same from then on, for those who use it too late. */
  finishedUpgrade: Transaction | null = null
  readonly #opened: Place | null

  /** `opened`: where, with the option `explain`. */
  constructor(factory: Factory, host: HostConnection, opened: Place | null = null) {
    super()
    this.factory = factory
    this.host = host
    this.schema = host.schema
    host.listen(this)
    factory.connections.add(this)
    this.#opened = opened
  }

  override get parent(): null {
    return null
  }

  versionChange(oldVersion: number, newVersion: number | null, delivered: () => void): void {
    fireVersionChange(this, oldVersion, newVersion, delivered)
  }

  holding(): Holding {
    return { holder: here, opened: this.#opened?.text ?? null }
  }

  closing(): void {
    if (!this.closePending) this.isClosedByHost = true
    this.closePending = true
  }

  /** `close` says what script does not know: that the connection is closed without its doing. */
  closed(reason: Failure | null): void {
    this.factory.connections.delete(this)
    if (reason) fireClose(this)
  }
}

/** https://w3c.github.io/IndexedDB/#close-a-database-connection */
export function closeDatabaseConnection(connection: Connection): void {
  if (connection.closePending) return
  connection.closePending = true
  connection.host.close()
}

/** Creates a transaction that is active until the current task ends. https://w3c.github.io/IndexedDB/#dom-idbdatabase-transaction */
export function createTransaction(
  connection: Connection,
  scope: readonly number[],
  mode: 'readonly' | 'readwrite',
  durability: Durability,
): Transaction {
  const created = connection.factory.explainer && placeHere(3)
  const transaction = new Transaction(connection, mode, durability, scope, null, created)
  // First: where the rest is cut off, the cleanup ends what there is of it.
  transaction.isMidCall = true
  queueCleanup(transaction)
  transaction.attach(connection.host.createTransaction(scope, mode, durability, transaction))
  transaction.state = 'active'
  transaction.isMidCall = false
  return transaction
}
