/** The databases of this process by their names. */
import { RemoteConnection } from '../connection.ts'
import { type FoundDatabase, RemoteDatabase } from '../database.ts'
import { displacedFrom } from '../server-failures.ts'
import type { HostServices } from '../services.ts'
import type { OpenConnection } from '../session/open-connection.ts'

/** What the requests for a name work on, one at a time. */
export class NamedDatabase {
  readonly name: string
  readonly services: HostServices
  /** As it was found last; null: it never was. */
  #current: RemoteDatabase | null = null

  constructor(name: string, services: HostServices) {
    this.name = name
    this.services = services
  }

  /** The open connections of this process. */
  get connections(): ReadonlySet<OpenConnection> {
    return this.#current?.connections ?? new Set()
  }

  /** What goes on, or has: never null once one was found. */
  get current(): RemoteDatabase | null {
    return this.#current
  }

  /** A connection to what was found. All to the same state of a database share one object. */
  connect(found: FoundDatabase): RemoteConnection {
    const known = this.#current
    if (isStill(known, found)) return new RemoteConnection(known, this.services)
    // Others thought this process gone, and have upgraded the database, or deleted it.
    for (const it of this.connections) it.closeByForce(displacedFrom(this.name))
    this.#current = new RemoteDatabase(this.name, found)
    return new RemoteConnection(this.#current, this.services)
  }
}

/**
 * Whether a database has the schema that was found. One without connections may not: an upgrade that was aborted has had its epoch, which the
 * next one has as well.
 */
function isStill(
  known: RemoteDatabase | null,
  { id, epoch }: FoundDatabase,
): known is RemoteDatabase {
  if (!known || known.connections.size === 0) return false
  return known.id === id && known.epoch === epoch
}
