/** What goes on at an owner, for those who look at it from outside. */

import type { StorageCounters } from '../storage/storage.ts'

/** How much goes on at a database that is in use. */
export interface DatabaseLoad {
  readonly name: string
  /** 0 while its file is not open yet, or is new. */
  readonly version: number
  /** Open connections, of the owner and of all clients. */
  readonly connections: number
  /** Open and delete requests that have no answer yet. */
  readonly requests: number
  /** Transactions that have started and not ended. */
  readonly running: number
  /** Transactions that wait for others to end. */
  readonly waiting: number
}

/** The same of one that is open, and what its engine has done for it. */
export interface DatabaseCounters extends Omit<DatabaseLoad, 'requests'> {
  /** null: the engine counts nothing. */
  readonly engine: StorageCounters | null
}

/** What becomes of transactions over changes of owner. */
export interface SurvivalCounts {
  /** Executed again, with the same answers, and gone on. */
  replayed: number
  /** Their commit was on its way, and had been made. */
  settled: number
  /** Aborted: the log of its operations was longer than is kept. */
  tooLong: number
  /** Aborted: an answer was another one than before. */
  differed: number
  /** Aborted: their connection was not to be had again. */
  disconnected: number
  /** Aborted: it is unknown whether they were committed. */
  unknown: number
  /** Aborted with the owner, whose own they were. */
  own: number
}

/** A thread that uses a directory at its owner. */
export interface ClientPresence {
  /** 16 characters that it has drawn for itself. */
  readonly id: string
  /** null in browsers, and where it does not say. */
  readonly pid: number | null
  /** Which thread of the process; 0 is the main one. null as `pid` is. */
  readonly thread: number | null
  /** When it came to this owner, ISO 8601. */
  readonly since: string
}

/** All that is told of an owner. */
export interface OwnerLoad {
  /** Those who are there, the owner's own thread left out. */
  readonly guests: readonly ClientPresence[]
  /** Those in use. */
  readonly databases: readonly DatabaseLoad[]
  /** In all threads that have used the directory together with this owner. */
  readonly survival: Readonly<SurvivalCounts>
}
