/** Which connections of a factory keep a request waiting, and where they were opened. */
import { domException } from '../errors.ts'
import type { Place } from './place.ts'

/** A connection, as long as it may be in the way of others. */
export interface OpenConnection {
  readonly database: string
  readonly opened: Place
  readonly isClosed: () => boolean
  /** Whether it closes by itself once its transactions have ended, or has. */
  readonly isClosing: () => boolean
}

/** Those of one factory. */
export class OpenConnections {
  readonly #connections = new Set<OpenConnection>()

  add(connection: OpenConnection): void {
    this.#dropClosed()
    this.#connections.add(connection)
  }

  /** Those to a database, as they are now. */
  to(database: string): readonly OpenConnection[] {
    this.#dropClosed()
    return [...this.#connections].filter((it) => it.database === database)
  }

  /** Says who keeps `title` from going on; null: those that did, `blockers`, close by themselves. */
  inTheWay(
    title: string,
    database: string,
    blockers: readonly OpenConnection[],
  ): DOMException | null {
    const left = blockers.filter((it) => !it.isClosing())
    if (left.length === 0 && blockers.length > 0) return null
    const opened = left.map((it) => it.opened.text ?? 'an unknown place')
    const who =
      opened.length === 0
        ? 'a connection of another factory, thread, tab or process is open'
        : `${opened.length === 1 ? 'a connection is' : 'connections are'} open here, opened at ${opened.join(' and at ')}`
    const message = `${title} is blocked: ${who}; close it, best in a listener of its versionchange event`
    return domException('UnknownError', message, { code: 'ERR_IDB_BLOCKED', database, opened })
  }

  #dropClosed(): void {
    for (const connection of this.#connections) {
      if (connection.isClosed()) this.#connections.delete(connection)
    }
  }
}
