/** What is asked of a database out of turn: it has to be at the file for a moment, and waits for no request. */
import { type Failure, failure } from '../../errors.ts'
import type {
  AttachListener,
  CommitMark,
  CommitOutcome,
  Receiver,
} from '../../protocol/protocol.ts'
import type { Connection } from '../connection.ts'
import type { Database } from '../database.ts'
import type { NamedDatabase } from './named-database.ts'

/** A visit to a database. */
export interface Visit {
  /** Whether it waits for the end of an upgrade that is running. */
  readonly waitsForUpgrade: boolean
  /** Answers it. `database` null: there is none. @throws StorageError, with which it fails */
  receive(database: Database<Connection> | null): void
  failed(reason: Failure): void
}

/** The database that a connection was open to. */
export interface Sought {
  readonly version: number
  /** null: it is not known. */
  readonly incarnation: number | null
}

/** A commit whose answer was lost. */
export interface LostCommit {
  readonly mark: CommitMark
  /** Of its database; null: it is not known. */
  readonly incarnation: number | null
}

/** Connects to the database, if it is still the one that is sought. */
export function attachment(named: NamedDatabase, sought: Sought, listener: AttachListener): Visit {
  return {
    waitsForUpgrade: true,
    receive(database) {
      if (!database || !isSame(database, sought)) return listener.failed(missing(named.name))
      const reason = refusal(named.name, database.storage.schema.version, sought.version)
      if (reason) return listener.failed(reason)
      listener.attached(named.connect(database))
    },
    failed: (reason) => listener.failed(reason),
  }
}

/** Looks for the mark, and answers once the commit that has left it is on the disk. */
export function inquiry(
  named: NamedDatabase,
  commit: LostCommit,
  receiver: Receiver<CommitOutcome>,
): Visit {
  return {
    waitsForUpgrade: false,
    receive(database) {
      if (!database) return receiver.done(commit.incarnation === null ? 'absent' : 'unknown')
      const outcome = outcomeIn(database, commit)
      if (outcome !== 'committed') return receiver.done(outcome)
      confirmOnDisk(named, database, receiver)
    },
    failed: (reason) => receiver.failed(reason),
  }
}

/** What the marks in the file say. A later mark of the slot says that the answer which is asked for had arrived. */
function outcomeIn(
  { storage }: Database<Connection>,
  { mark, incarnation }: LostCommit,
): CommitOutcome {
  const number = storage.markOf(mark.client, mark.slot)
  if (number === mark.number) return 'committed'
  if (number === null ? storage.hasLostMarks : number > mark.number) return 'unknown'
  // What was committed to the database that is gone is gone with it.
  const isOther = incarnation !== null && storage.incarnation !== incarnation
  return isOther ? 'unknown' : 'absent'
}

/** The owner that made the commit may have ended before the disk had it. */
function confirmOnDisk(
  named: NamedDatabase,
  database: Database<Connection>,
  receiver: Receiver<CommitOutcome>,
): void {
  // Keeps the file open.
  const connection = named.connect(database)
  database.settle({
    storeIds: [],
    needsSync: true,
    confirm() {
      connection.close()
      receiver.done('committed')
    },
    lose(reason) {
      connection.close()
      receiver.failed(reason)
    },
  })
}

/** One whose file says nothing of itself was made since, without a client. */
function isSame(database: Database<Connection>, { incarnation }: Sought): boolean {
  if (database.storage.schema.version === 0) return false
  return incarnation === null || database.identify({ isUpgrading: false }) === incarnation
}

/** Why a database of that version cannot be attached to; null where it can. */
function refusal(name: string, found: number, version: number): Failure | null {
  if (found === version) return null
  const message = `Database "${name}" has version ${found} now, and the connection was to version ${version}`
  return failure('VersionError', message)
}

function missing(name: string): Failure {
  return failure('NotFoundError', `Database "${name}" does not exist any more`)
}
