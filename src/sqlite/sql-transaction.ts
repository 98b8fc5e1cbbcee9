/**
 * The SQL transaction of a database's one connection. Reads share one that stays open until something needs it ended: each
 * costs half as much in it. A read-write transaction is the same one, kept until its end: no other connection could have
 * written in between.
 */
import { StorageError } from '../errors.ts'
import type { Connection } from './binding/connection.ts'

/** One database's SQL transaction. */
export class SqlTransaction {
  readonly #connection: Connection
  readonly #label: string
  /** A transaction could not be rolled back: what it left must be neither read nor committed. */
  #holdsRemains = false

  /** `label` names the database and its file at the head of messages. */
  constructor(connection: Connection, label: string) {
    this.#connection = connection
    this.#label = label
    // Ahead of time, as ending a transaction must need no memory.
    for (const sql of ['BEGIN', 'COMMIT', 'ROLLBACK']) connection.prepare(sql)
  }

  /** Whether a rollback has failed: the connection can only be abandoned. */
  get holdsRemains(): boolean {
    return this.#holdsRemains
  }

  /** Begins one unless one is open. */
  enter(): void {
    this.#refuseRemains()
    if (!this.#connection.isInTransaction()) this.#connection.prepare('BEGIN').run()
  }

  /** Ends one that only reads, if it is open. */
  leave(): void {
    this.#refuseRemains()
    if (this.#connection.isInTransaction()) this.#connection.prepare('COMMIT').run()
  }

  commit(): void {
    this.#connection.prepare('COMMIT').run()
  }

  /** Rolls back unless the engine has done so by itself. @throws StorageError; then it holds remains */
  rollBack(): void {
    this.#holdsRemains = this.#connection.isInTransaction()
    if (this.#holdsRemains) this.#connection.prepare('ROLLBACK').run()
    this.#holdsRemains = false
  }

  /** @throws StorageError when the engine has rolled back by itself what is thought to be open */
  checkOpen(): void {
    if (this.#connection.isInTransaction()) return
    throw new StorageError(
      'io',
      `${this.#label}: the transaction was rolled back after an earlier error`,
    )
  }

  #refuseRemains(): void {
    if (!this.#holdsRemains) return
    throw new StorageError(
      'io',
      `${this.#label}: a transaction could not be rolled back; close all connections and open it again`,
    )
  }
}
