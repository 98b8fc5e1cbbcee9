/** The events that reach a connection from outside its transactions. */
import type { Connection } from './connection.ts'
import { DatabaseEvent } from '../events/event.ts'
import { type Dispatch, isObserved } from '../events/dispatch.ts'
import { FiringTask } from '../events/firing-task.ts'
import { queueDatabaseTask } from '../events/task-queue.ts'

/**
 * Queues `versionchange` at a connection; `delivered` is called when it is over, or not needed any more.
 * https://w3c.github.io/IndexedDB/#fire-a-version-change-event
 */
export function fireVersionChange(
  connection: Connection,
  oldVersion: number,
  newVersion: number | null,
  delivered: () => void,
): void {
  queueDatabaseTask(new FireVersionChange(connection, { oldVersion, newVersion }, delivered))
}

/** Queues `close` at a connection that was closed by force. */
export function fireClose(connection: Connection): void {
  queueDatabaseTask(new FireClose(connection))
}

class FireVersionChange extends FiringTask {
  protected readonly target: Connection
  readonly #versions: { oldVersion: number; newVersion: number | null }
  readonly #delivered: () => void

  constructor(
    connection: Connection,
    versions: { oldVersion: number; newVersion: number | null },
    delivered: () => void,
  ) {
    super()
    this.target = connection
    this.#versions = versions
    this.#delivered = delivered
  }

  protected begin(): Event | null {
    if (this.target.closePending || !isObserved(this.target, 'versionchange')) return null
    return this.target.factory.versionChangeEvent('versionchange', this.#versions)
  }

  protected end(_dispatch: Dispatch | null): void {
    this.#delivered()
  }
}

class FireClose extends FiringTask {
  protected readonly target: Connection

  constructor(connection: Connection) {
    super()
    this.target = connection
  }

  protected begin(): Event {
    return new DatabaseEvent('close')
  }

  protected end(): void {}
}
