/**
 * The storage seam: what the host needs of an engine, and nothing about SQL. A directory has databases; a database, once
 * opened, is a `Storage`; changes go through a `StorageTransaction`, one at a time. All of it works on bytes: encoded
 * keys (which sort by memcmp), serialized values. Everything that can be synchronous is: a transaction never waits for a
 * promise in its middle.
 *
 * What fails throws a `StorageError`. Except for `'constraint'` from `put` and `fillIndex`, which leave everything as it
 * was, the caller must then roll the transaction back.
 *
 * Isolation is the host's: reads go to the storage, see what the open transaction has written so far, and are kept apart
 * from it by the host's locks. An engine so needs one connection to its file and no snapshots.
 */
import type { Direction } from '../keys/direction.ts'
import type { EncodedRange } from '../keys/key-range.ts'
import type { CommitMark } from './commit-mark.ts'
import type { StorageLimits } from './limits.ts'
import type { SalvageReport } from './salvage-report.ts'
import type { DatabaseSchema, IndexSchema, SchemaChange } from './schema.ts'

export type { CommitMark } from './commit-mark.ts'

/** A storage directory this host owns. */
export interface StorageDirectory {
  /** The same each time the same directory is opened; null: it does not outlive this thread. */
  readonly identity: string | null
  /** How much the engine can store: callers are to refuse what goes beyond. */
  readonly limits: StorageLimits
  /** Takes the ownership now, unless this host has it; the other calls take it at the first need. */
  own(): Promise<void>
  /** Takes ownership if need be, and names every database with a committed version above 0. Finishes marked deletions. */
  list(): Promise<{ name: string; version: number }[]>
  /** Opens the database; a fresh one has version 0. See `Storage.close()`. */
  open(name: string): Promise<Storage>
  /**
   * The same for a database that there is; null: there is none with a committed version above 0, and none is made. One of version 0
   * counts if it has an incarnation, which only an interruption leaves.
   */
  openExisting(name: string): Promise<Storage | null>
  /**
   * Deletes a closed database; survives a crash half-way. A missing one is no error. Resolves with its old version, 0 if it was
   * missing. `mark`: who has asked for it, so that `deletedFor()` can tell from then on whether it was done.
   */
  delete(name: string, mark?: CommitMark): Promise<number>
  /** The version of the database that was deleted for that mark; null: none was; 'unknown': what was done has been forgotten. */
  deletedFor(mark: CommitMark): Promise<number | 'unknown' | null>
  /** The client knows what has become of that deletion. Does nothing where none was noted. */
  forgetDeletion(mark: CommitMark): Promise<void>
  /** Gives up the ownership. All databases must be closed. */
  close(): Promise<void>
}

/** One found record, as bytes that are valid only until the receiving function returns. The object is reused. */
export interface RecordBytes {
  bytes: Uint8Array
  /** The record's key: of the index where an index is read, else of the store. */
  keyStart: number
  keyEnd: number
  /** The key in the store; the same place as the key where a store is read. */
  primaryKeyStart: number
  primaryKeyEnd: number
  /** Start and end are equal where only keys were asked for: no serialized value is empty. */
  valueStart: number
  valueEnd: number
  /** The value, where the scan has left it out as it is too long. */
  long?: LongValue | null | undefined
}

/** A record of nothing yet, to be filled in. */
export function emptyRecord(bytes: Uint8Array): RecordBytes {
  return {
    bytes,
    keyStart: 0,
    keyEnd: 0,
    primaryKeyStart: 0,
    primaryKeyEnd: 0,
    valueStart: 0,
    valueEnd: 0,
    long: null,
  }
}

/** A value that a scan has left out; the same until something is written. */
export interface LongValue {
  readonly id: number
  readonly sizeBytes: number
}

/** A part of one, from `start` to `end`. */
export interface ValuePart {
  readonly id: number
  readonly start: number
  readonly end: number
}

/** Called for each record in order; must not call the engine. */
export type RecordReceiver = (record: RecordBytes) => void

/** Which records to read, and how much of each. */
export interface Scan {
  readonly storeId: number
  /** 0: the store itself. */
  readonly indexId: number
  readonly range: EncodedRange
  readonly direction: Direction
  /**
   * Read strictly after this position, in the direction; null: from the start. For the `unique` directions only `key`
   * counts. In a store both keys are the same.
   */
  readonly after: { readonly key: Uint8Array; readonly primaryKey: Uint8Array } | null
  /** Whether `after` itself may be read again: `continue(key)` and `continuePrimaryKey` seek *at or after* it. */
  readonly inclusive: boolean
  /** How many records to pass over first. */
  readonly skip: number
  /** The most records to pass on; Infinity for all. */
  readonly limit: number
  /**
   * Stops after the record with which the bytes passed on reach this number: keys, primary keys and values; in a store, where
   * both keys are the same, the key counts once. Infinity: no such limit.
   */
  readonly limitBytes: number
  /** False: keys only. */
  readonly withValues: boolean
  /** False: no one looks at the keys, so that those of a store's records may be left out, and then count nothing. Absent: they are there. */
  readonly withKeys?: false | undefined
  /** A longer value may be left out of its record, and counts all the same. Absent: none is. */
  readonly longestValue?: number | undefined
  /** Where it is not absent, that is read, as the value of one record without keys, and nothing else. */
  readonly part?: ValuePart | undefined
}

/** One record to be stored. */
export interface NewRecord {
  readonly storeId: number
  readonly key: Uint8Array
  readonly value: Uint8Array
  /**
   * Entries for the store's indexes, in one block, which `forEachIndexKey()` reads (`keys/index-keys.ts` describes it; an engine
   * only ever reads blocks); null when there are none.
   */
  readonly indexKeys: Uint8Array | null
  /** False: a record with this key is a constraint failure (`add`). */
  readonly overwrite: boolean
}

/** A count that takes long. Nothing may be stored in the range, or deleted, before it is over. */
export interface Counting {
  /** Counts on for about a millisecond; null: there is more. @throws StorageError */
  next(): number | null
}

/** Of how many clients a database keeps marks. */
export const mostMarkedClients = 4096

/** A database's file, opened. All calls are synchronous but those that end it. */
export interface Storage {
  readonly name: string
  /** The committed schema. */
  readonly schema: DatabaseSchema
  /** The open read-write transaction; null when there is none. */
  readonly transaction: StorageTransaction | null
  readonly durability: StorageDurability
  readonly care: StorageCare

  /**
   * Reads records in order, those included that the open transaction has written. A store or index that has been deleted gives
   * none, and is no error.
   */
  scan(scan: Scan, receive: RecordReceiver): void
  /** How many records or index entries lie in the range, counted as `scan` reads: 0 in a deleted store or index. */
  count(storeId: number, indexId: number, range: EncodedRange): number
  /** The same if it takes some milliseconds at most; else what counts on. Absent: `count` is all there is. */
  countInPieces?(storeId: number, indexId: number, range: EncodedRange): number | Counting
  /**
   * The number of the last committed mark of a client's slot; null when there is none. Throws while a failed commit has yet to
   * be rolled back, unless the engine can tell what was committed before it.
   */
  markOf(client: string, slot: number): number | null
  /**
   * Whether marks were ever lost that were not forgotten: then one that is not there may have been. A salvage saves none, and
   * those of `mostMarkedClients` are kept: with more the client's go whose last is the oldest.
   */
  readonly hasLostMarks: boolean
  /**
   * A number that tells this database from others that had its name, or will have it; null: none was noted, see
   * `StorageTransaction.noteIncarnation()`. Throws as `markOf()` does.
   */
  readonly incarnation: number | null
  /** Starts a read-write transaction. Throws while one is open. */
  begin(): StorageTransaction
  /**
   * Closes the file, tidied; rolls back what is open; removes a file in which no upgrade was ever committed. `keepsBegun`: that is
   * left as an interruption would leave it.
   */
  close(how?: { readonly keepsBegun: boolean }): Promise<void>
}

/**
 * A read-write transaction, until it is committed or rolled back: from then on every call throws.
 *
 * The schema under way and the numbers that key generators have moved to are its own: they become the storage's when it
 * commits, and go with it when it is rolled back.
 */
export interface StorageTransaction {
  /** The schema with the changes made so far. */
  readonly schema: DatabaseSchema
  /** One step of an upgrade, except the building of an index's entries. Deleting a store or index deletes its records. */
  changeSchema(change: SchemaChange): void
  /** A key generator's current number: the next to be given out. 1 when it was never set. */
  currentNumber(storeId: number): number
  setCurrentNumber(storeId: number, currentNumber: number): void

  /**
   * Stores a record and its index entries, replacing the record with the same key.
   * @throws StorageError 'constraint' when the key exists and `overwrite` is false, or a unique index has one of the
   * index keys for another record; then nothing has changed.
   */
  put(record: NewRecord): void
  /** Deletes the records whose keys are in the range, with their index entries. */
  deleteRange(storeId: number, range: EncodedRange): void
  /** Deletes all records of a store, with their index entries. */
  clear(storeId: number): void
  /**
   * Builds the entries of a new index: `indexKeysOf` gives them for each record in turn (null: none).
   * @throws StorageError 'constraint' when a unique index would have a key twice; then it has no entries.
   */
  fillIndex(
    storeId: number,
    index: IndexSchema,
    indexKeysOf: (record: RecordBytes) => Uint8Array | null,
  ): void

  /** Notes the database's incarnation, which has none, once it commits: an integer from 0 to 2^53 - 1. */
  noteIncarnation(incarnation: number): void
  /** Forgets the marks of a client, once it commits. */
  forgetMarks(client: string): void
  /**
   * Ends it; everything has reached the operating system, `mark` with it. A failed commit leaves it open, to be rolled
   * back.
   */
  commit(mark?: CommitMark): void
  /** Ends it, also where the engine has rolled back by itself; nothing of it remains. */
  rollback(): void
}

/** How what is committed to the operating system comes to the disk, and whether it will be found there. */
export interface StorageDurability {
  /** Returns when every committed transaction has reached the disk. */
  sync(): void
  /** The same without blocking the thread. Absent: not possible here. */
  readonly syncLater?: () => Promise<void>
  /**
   * Checks that the files are still where they were opened, and this owner's. It takes some microseconds. Absent: only
   * this owner can reach them.
   * @throws StorageError 'lost' when they are not: nothing that is written from then on would be found.
   */
  readonly verify?: () => void
  /** The same where only a promise can tell; once it has rejected, `verify()` throws. Absent: `verify()` can. */
  readonly verifyLater?: () => Promise<void>
  /** Whether a sync has failed: what it was for may be missing on the disk, and the next one may not say so again. */
  readonly hasLostSync: boolean
}

/** What an engine has done for a database since it was opened. */
export interface StorageCounters {
  /** From the file or its log, in whole pages. */
  readonly bytesRead: number
  /** By transactions, in whole pages. */
  readonly bytesWritten: number
  /** Those of its data that had to wait for the disk. */
  readonly syncs: number
  /** How often a page was in the engine's cache when it was needed. */
  readonly cacheHits: number
  /** And how often it was not. */
  readonly cacheMisses: number
  /** How many bytes of pages may be kept of this database. */
  readonly cacheBytes: number
}

/** What keeps a database's file in order, outside any transaction. */
export interface StorageCare {
  /** What was saved when the damaged file was salvaged, at this opening or at one that reported nothing; null: it was not. */
  readonly salvaged: SalvageReport | null
  /** `salvaged` was reported: later openings need not say it again. */
  noteReported(): void
  /**
   * How many committed bytes have yet to be brought to their final place: those in a write-ahead log, where there is one.
   * It grows until `housekeep()` comes: idle time does, but under constant writing the host must put it in between
   * transactions.
   */
  pendingBytes(): number
  /** Does one small piece of housekeeping; true while more is left. Does nothing while a transaction is open. */
  housekeep(): boolean
  /** Absent: the engine counts nothing. */
  readonly counters?: () => StorageCounters
  /** Checks pages, and that records and index entries agree; the problems found, none in a sound database. */
  check(): string[]
  /**
   * Begins a copy of the database as it is now, while no transaction is open and no other copy is made. Absent: this engine has
   * none to give.
   */
  readonly copy?: () => StorageCopy
}

/**
 * A copy of a database as one file, which is read from its beginning to its end. Nothing that is committed while it is read gets into
 * it. It must be ended.
 */
export interface StorageCopy {
  /** How long the file is. */
  readonly sizeBytes: number
  /**
   * The next bytes, which are the caller's; null past the end.
   * @throws StorageError also when the storage had to give it up for something that could not wait
   */
  read(): Uint8Array<ArrayBuffer> | null
  /** Lets it go, wherever it is. May be called twice. */
  end(): void
}
