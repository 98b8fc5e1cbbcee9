/**
 * Connections that databases in memory have left behind, kept for the next ones. To give a connection another file costs
 * a tenth of opening one, and its statements are compiled: most databases have the same tables.
 *
 * Between two files SQLite must hold no page, so the cache is emptied by hand. As locking is exclusive it keeps its lock, too,
 * and with it the size of the file, and that nothing lies beside it. A connection that leaves a file as large as a new one goes
 * like that to another such file: most databases of a test suite stay that small. Else `locking_mode` goes to NORMAL for the
 * length of one read, at whose end the lock goes.
 */
import { append } from '../../base/own-property.ts'
import { type ConnectedEngine, Connection } from '../binding/connection.ts'
import { newDatabaseBytes } from '../schema/file-image.ts'
import { newSchemaVersion } from '../schema/new-database.ts'
import type { Mount } from './mount.ts'
import { Slot } from './slot.ts'
import type { VfsBridge } from './vfs-bridge.ts'

/** How many of each kind are kept: each takes about 150 KiB, and a test suite has few databases open at a time. */
const keptCount = 4

/** Anything will do to take the lock, and give it up; this also tells which tables the connection takes for those of its file. */
const readSchemaVersion = 'PRAGMA schema_version'

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
  /** Whether something lies beside the file that belongs to it. */
  readonly isUnclean: boolean
  /** Names the database and its file at the head of error messages. */
  readonly label: string
}

/** The spare connections of one engine. */
export class SpareConnections {
  readonly #bridge: VfsBridge
  /** Those without a lock, which can go to any file. */
  readonly #spares: Spare[] = []
  /** Those that have kept their lock. */
  readonly #lockedSpares: Spare[] = []
  /** The slots of connections in use. */
  readonly #slots = new WeakMap<Connection, Slot>()

  constructor(bridge: VfsBridge) {
    this.#bridge = bridge
  }

  /** A connection to a file in memory; `configure` is called for one that is new. */
  take(target: SpareTarget, configure: (connection: Connection) => void): Connection {
    const { engine, mount, fileName, label } = target
    const lockedSpare = isAsNew(target) ? this.#lockedSpares.pop() : undefined
    if (lockedSpare) return reuse(lockedSpare, target)
    const spare = this.#spares.pop()
    if (spare) return lockAgain(reuse(spare, target))
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
    if (!slot) return connection.close()
    try {
      this.#keepOrClose({ connection, slot })
    } catch (error) {
      connection.abandon()
      throw error
    }
  }

  #keepOrClose(spare: Spare): void {
    const { connection, slot } = spare
    const keepsLock = slot.sizeBytes === newDatabaseBytes()
    const spares = keepsLock ? this.#lockedSpares : this.#spares
    if (spares.length >= keptCount) return connection.close()
    // Two files may each have a table of their own under the same number: the next would be read by what the last one has.
    if (!keepsLock && letGoOfLock(connection) !== newSchemaVersion) return connection.close()
    connection.clearCache()
    slot.detach()
    append(spares, spare)
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

/** Whether what a connection with a lock has kept of the file it left is true of this one. */
function isAsNew({ mount, fileName, isUnclean }: SpareTarget): boolean {
  return !isUnclean && mount.sizeOf(fileName) === newDatabaseBytes()
}

/** Gives the version of the schema. */
function letGoOfLock(connection: Connection): number {
  connection.execute('PRAGMA locking_mode = NORMAL')
  return connection.readNumberAgain(readSchemaVersion)
}

function reuse({ connection, slot }: Spare, { mount, fileName, label }: SpareTarget): Connection {
  try {
    slot.attach(mount, fileName)
  } catch (error) {
    connection.abandon()
    throw error
  }
  connection.noteOtherFile(label)
  return connection
}

function lockAgain(connection: Connection): Connection {
  try {
    connection.execute('PRAGMA locking_mode = EXCLUSIVE')
  } catch (error) {
    connection.abandon()
    throw error
  }
  return connection
}
