/**
 * Connections that databases in memory have left behind, kept for the next ones. To give a connection another file costs
 * a tenth of opening one, and its statements are compiled: all databases have the same tables.
 *
 * Between two files SQLite must hold no lock and no page. Locking is exclusive, so it would keep both: `locking_mode`
 * goes to NORMAL for the length of one read, at whose end the lock goes, and the cache is emptied by hand.
 */
import { append } from '../../base/own-property.ts'
import { type ConnectedEngine, Connection } from '../binding/connection.ts'
import type { Mount } from './mount.ts'
import { Slot } from './slot.ts'
import type { VfsBridge } from './vfs-bridge.ts'

/** How many are kept: each takes about 150 KiB, and a test suite has few databases open at a time. */
const keptCount = 4

/** Any row will do: reading takes the lock, and gives it up. */
const readSomething = 'SELECT 1 FROM meta'

/** A connection, and where it reads and writes. */
interface Spare {
  readonly connection: Connection
  readonly slot: Slot
}

/** The file a connection goes to. */
export interface SpareTarget {
  readonly engine: ConnectedEngine
  readonly mount: Mount
  readonly fileName: string
  /** Names the database and its file at the head of error messages. */
  readonly label: string
}

/** The spare connections of one engine. */
export class SpareConnections {
  readonly #bridge: VfsBridge
  readonly #spares: Spare[] = []
  /** The slots of connections in use. */
  readonly #slots = new WeakMap<Connection, Slot>()

  constructor(bridge: VfsBridge) {
    this.#bridge = bridge
  }

  /** A connection to a file in memory; `configure` is called for one that is new. */
  take(target: SpareTarget, configure: (connection: Connection) => void): Connection {
    const spare = this.#spares.pop()
    if (spare) return reuse(spare, target)
    const { engine, mount, fileName, label } = target
    const slot = this.#bridge.addSlot()
    slot.attach(mount, fileName)
    const connection = this.#connect(engine, { slot, label })
    this.#slots.set(connection, slot)
    configure(connection)
    return connection
  }

  /** Closes the file of a connection in use that no transaction is open on, and keeps the connection or closes it too. */
  giveBack(connection: Connection): void {
    const slot = this.#slots.get(connection)
    if (!slot || this.#spares.length >= keptCount) return connection.close()
    try {
      letGo(connection)
      slot.detach()
    } catch (error) {
      connection.abandon()
      throw error
    }
    append(this.#spares, { connection, slot })
  }

  #connect(engine: ConnectedEngine, { slot, label }: { slot: Slot; label: string }): Connection {
    try {
      return new Connection(engine, { path: slot.path, label })
    } catch (error) {
      this.#bridge.removeSlot(slot)
      throw error
    }
  }
}

/** Has the connection hold neither a lock nor a page of its file. */
function letGo(connection: Connection): void {
  connection.execute('PRAGMA locking_mode = NORMAL')
  const read = connection.prepare(readSomething)
  read.step()
  read.reset()
  connection.clearCache()
}

function reuse({ connection, slot }: Spare, { mount, fileName, label }: SpareTarget): Connection {
  try {
    slot.attach(mount, fileName)
    connection.noteOtherFile(label)
    connection.execute('PRAGMA locking_mode = EXCLUSIVE')
  } catch (error) {
    connection.abandon()
    throw error
  }
  return connection
}
