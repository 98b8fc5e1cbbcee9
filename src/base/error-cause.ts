/**
 * What a program is told about a failure in addition to the specification's name for it: a code that never changes, and the facts
 * that belong to it. It is the `cause` of the exception. `docs/errors.md` has a row for each code; a test compares the two.
 */
import { defineOwn } from './own-property.ts'

/** All codes. One is never renamed and never changes its meaning; new ones may be added. */
export const errorCodes = [
  'ERR_IDB_BLOCKED',
  'ERR_IDB_CLOSED',
  'ERR_IDB_CONSTRAINT',
  'ERR_IDB_CORRUPT',
  'ERR_IDB_CUT_FILE',
  'ERR_IDB_CUT_OFF',
  'ERR_IDB_ENGINE',
  'ERR_IDB_FILES_LOST',
  'ERR_IDB_FOREIGN_FILE',
  'ERR_IDB_FULL',
  'ERR_IDB_INTERNAL',
  'ERR_IDB_INVALID_KEY',
  'ERR_IDB_INVALID_OPTION',
  'ERR_IDB_IO',
  'ERR_IDB_LOCKED',
  'ERR_IDB_NAME_TAKEN',
  'ERR_IDB_NEWER_FORMAT',
  'ERR_IDB_NO_COMMON_PROTOCOL',
  'ERR_IDB_OPTIONS_CONFLICT',
  'ERR_IDB_NO_SUCH_NAME',
  'ERR_IDB_NOT_COPIED',
  'ERR_IDB_NOT_INSTALLED',
  'ERR_IDB_OUTCOME_UNKNOWN',
  'ERR_IDB_OUT_OF_MEMORY',
  'ERR_IDB_OWNER_LOST',
  'ERR_IDB_PROTOCOL',
  'ERR_IDB_QUOTA',
  'ERR_IDB_SALVAGED',
  'ERR_IDB_SERVER',
  'ERR_IDB_SLOW_TRANSACTION',
  'ERR_IDB_TIME_LIMIT',
  'ERR_IDB_TOO_LARGE',
  'ERR_IDB_TRANSACTION_INACTIVE',
  'ERR_IDB_UNAVAILABLE_TYPE',
  'ERR_IDB_UNCLONABLE',
  'ERR_IDB_UNREACHABLE',
  'ERR_IDB_VERSION_TOO_LOW',
  'ERR_IDB_WORKER',
] as const

/** A stable name for a kind of failure, for programs. */
export type IDBErrorCode = (typeof errorCodes)[number]

/** The process and thread that own a storage directory. */
export interface IDBOwner {
  readonly pid: number
  /** 0: the main thread. */
  readonly thread: number
  readonly host: string
  /** When it took the directory, ISO 8601. */
  readonly since: string
}

/** All kinds of holders. */
export const blockerHolders = ['here', 'owner', 'client', 'port', 'others'] as const

/** The connections of one thread that keep an `open()` or a `deleteDatabase()` waiting. */
export interface IDBBlocker {
  /**
   * Whose they are: of this thread (`here`); of the thread that owns the directory (`owner`); of another that shares it, or the server (`client`); of
   * one at the other end of a port that was given to `serve()`, or that serves this one (`port`); of those that the list has no room for (`others`).
   */
  readonly holder: (typeof blockerHolders)[number]
  /** Of a client: the `id` that `status()` or `postgresStatus()` shows. Of a port: its number in the thread that serves it. null: there is none. */
  readonly id: string | null
  /** Of an owner or a client, as `status()` shows it; null in browsers, and where it is not known. */
  readonly pid: number | null
  /** Which thread of the process; 0 is the main one. null as `pid` is. */
  readonly thread: number | null
  /** Of a client of a PostgreSQL server: the `application_name` of its process; null: it has no connection for messages now. Absent for others. */
  readonly application?: string | null
  /** The address it comes from; null: over a Unix socket, or the role that asks may not know. Absent where `application` is. */
  readonly address?: string | null
  /** How many there are. */
  readonly connections: number
  /** Where they were opened, such as `save (/app/library.js:10:20)`, 20 at most; none where their thread has the option `explain` off. */
  readonly opened: readonly string[]
}

/** The facts of a failure; which of them there are depends on the code. */
export interface IDBErrorFacts {
  readonly code: IDBErrorCode
  /** The storage directory, as the option `path` of its owner names it. */
  readonly path?: string
  /** The database's name. */
  readonly database?: string
  /** A file's name in the directory; in warnings of one that does not say which database it holds. */
  readonly file?: string
  /** Who owns the locked directory; null where the owner could not be read. */
  readonly owner?: IDBOwner | null
  /** The system's code, such as `ENOSPC`. */
  readonly systemCode?: string
  /** SQLite's extended result code. */
  readonly sqliteCode?: number
  /** What is allowed, in the unit that the message names: bytes or code units. */
  readonly limit?: number
  /** What was asked for, in the same unit. */
  readonly size?: number
  /** The option that is not accepted. */
  readonly option?: string
  /** The format of the file or value. */
  readonly format?: number
  /** The newest format that this version of the package reads. */
  readonly supportedFormat?: number
  /** The object store's name. */
  readonly store?: string
  /** The index's name. */
  readonly index?: string
  /** The key that is taken, as text. */
  readonly key?: string
  /** That of the record which has the key, or of one that is too large to be imported, as text. */
  readonly primaryKey?: string
  /** Where in the value a key was looked for. */
  readonly keyPath?: string
  /** Where in the value it is, such as `value.user.onClick`. */
  readonly valuePath?: string
  /** What was there, in words. */
  readonly found?: string
  /** The names that there are. */
  readonly names?: readonly string[]
  /** The one of them that was perhaps meant. */
  readonly nearest?: string
  /** The version that the database has. */
  readonly version?: number
  /** The version that was asked for. */
  readonly requestedVersion?: number
  /** The names of the object stores in the transaction's scope; none: it is an upgrade transaction. */
  readonly stores?: readonly string[]
  /** Where the transaction was created, such as `save (/app/library.js:10:20)`; with the option `explain`. */
  readonly created?: string
  /** Where its last request was made; with the option `explain`. */
  readonly lastRequest?: string
  /** Where the connections in the way were opened, as far as their threads have the option `explain` on. */
  readonly opened?: readonly string[]
  /** Whose they are. */
  readonly blockers?: readonly IDBBlocker[]
  /** Where it was used too late; with the option `explain`. */
  readonly used?: string
}

/**
 * The `cause` of an exception whose reason lies in this package or under it. An Error, so that consoles and error reports show
 * it; its facts are own properties, so that a copy (`{ ...cause }`) is plain data. `structuredClone()` keeps the message alone.
 */
export class IDBErrorCause extends Error implements IDBErrorFacts {
  declare readonly code: IDBErrorCode
  declare readonly path?: string
  declare readonly database?: string
  declare readonly file?: string
  declare readonly owner?: IDBOwner | null
  declare readonly systemCode?: string
  declare readonly sqliteCode?: number
  declare readonly limit?: number
  declare readonly size?: number
  declare readonly option?: string
  declare readonly format?: number
  declare readonly supportedFormat?: number
  declare readonly store?: string
  declare readonly index?: string
  declare readonly key?: string
  declare readonly primaryKey?: string
  declare readonly keyPath?: string
  declare readonly valuePath?: string
  declare readonly found?: string
  declare readonly names?: readonly string[]
  declare readonly nearest?: string
  declare readonly version?: number
  declare readonly requestedVersion?: number
  declare readonly stores?: readonly string[]
  declare readonly created?: string
  declare readonly lastRequest?: string
  declare readonly opened?: readonly string[]
  declare readonly blockers?: readonly IDBBlocker[]
  declare readonly used?: string

  constructor(message: string, facts: IDBErrorFacts) {
    super(message)
    for (const [name, value] of Object.entries(facts)) defineOwn(this, name, value)
  }
}

/** The facts that `cause` holds. */
export function factsOf(cause: IDBErrorCause): IDBErrorFacts {
  return { ...cause }
}
