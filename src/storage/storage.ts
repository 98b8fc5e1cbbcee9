/**
 * The storage seam: what the host needs of an engine, and nothing about SQL. All of it works on bytes: encoded keys
 * (which sort by memcmp), serialized values. Everything that can be synchronous is: a transaction never waits for a
 * promise in its middle.
 *
 * Whatever fails throws a `StorageError`. Except for `'constraint'` from `put` and `createIndex`, which leave everything as it
 * was, the caller must then roll the transaction back.
 */
import type { EncodedRange } from '../keys/key-range.ts'
import type { SalvageReport } from './salvage-report.ts'
import type { DatabaseSchema, IndexSchema, SchemaChange } from './schema.ts'

/** A storage directory this host owns. */
export interface StorageDirectory {
  /** The same for the same directory, whoever opens it; null: it does not outlive this thread. */
  readonly identity: string | null
  /** Takes ownership if need be, and names every database with a committed version above 0. Finishes marked deletions. */
  list(): Promise<{ name: string; version: number }[]>
  /** Opens the database; a fresh one has version 0 and is removed again at `close()` if it still has. */
  open(name: string): Promise<DatabaseStorage>
  /** Deletes a closed database; survives a crash half-way. A missing one is no error. Resolves with its old version, 0 if it was missing. */
  delete(name: string): Promise<number>
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
}

/** Called for each record in order; must not call the engine. */
export type RecordReceiver = (record: RecordBytes) => void

/** https://w3c.github.io/IndexedDB/#enumdef-idbcursordirection */
export type Direction = 'next' | 'nextunique' | 'prev' | 'prevunique'

/** Which records to read, and how much of each. */
export interface Scan {
  readonly storeId: number
  /** 0: the store itself. */
  readonly indexId: number
  readonly range: EncodedRange
  readonly direction: Direction
  /**
   * Read strictly behind this position, in the direction; null from the start. For the `unique` directions only `key`
   * counts. In a store both keys are the same.
   */
  readonly after: { readonly key: Uint8Array; readonly primaryKey: Uint8Array } | null
  /** Whether `after` itself may be read again: `continue(key)` and `continuePrimaryKey` seek *at or behind* it. */
  readonly inclusive: boolean
  /** How many records to pass over first. */
  readonly skip: number
  /** At most so many records; Infinity for all. */
  readonly limit: number
  /** Stops behind the record that brings the bytes passed on to so many; Infinity: no such limit. */
  readonly limitBytes: number
  /** False: keys only. */
  readonly withValues: boolean
}

/** One record to be stored. */
export interface NewRecord {
  readonly storeId: number
  readonly key: Uint8Array
  readonly value: Uint8Array
  /** Entries for the store's indexes, see `keys/index-keys.ts`; null when there are none. */
  readonly indexKeys: Uint8Array | null
  /** False: a record with this key is a constraint failure (`add`). */
  readonly overwrite: boolean
}

/** A database's file, opened. All calls are synchronous but those that end it. */
export interface DatabaseStorage {
  readonly name: string
  /** The committed schema as it was at opening. */
  readonly schema: DatabaseSchema
  /** Key generators: store id → current number (the next to be given out), as committed at opening. */
  readonly currentNumbers: ReadonlyMap<number, number>

  /** What was saved when the damaged file was salvaged, at this opening or at one of which nobody heard; null: it was not. */
  readonly salvaged: SalvageReport | null
  /** Somebody has heard of `salvaged`: the next opening need not say it again. */
  noteHeard(): void

  /** Starts a read-write transaction; there is never more than one. */
  begin(): void
  /** Ends it; everything has reached the operating system. */
  commit(): void
  /** Ends it; nothing of it remains. Does nothing when the engine has already rolled back by itself. */
  rollback(): void
  /** Returns when every committed transaction has reached the disk. */
  sync(): void
  /** The same without blocking the thread. Absent: not possible here. */
  readonly syncLater?: () => Promise<void>
  /**
   * Looks whether the files are still where they were opened, and this owner's. It takes some microseconds. Absent: nobody else
   * can get at them.
   * @throws StorageError 'lost' when they are not: nothing that is written from then on would be found.
   */
  readonly verify?: () => void
  /** The same where only a promise can tell; once it has rejected, `verify()` throws. Absent: `verify()` can. */
  readonly verifyLater?: () => Promise<void>
  /** Whether a sync has failed: what it was for may be missing on the disk, and the next one may not say so again. */
  readonly hasLostSync: boolean

  /** One step of an upgrade, except the building of an index's entries. Deleting a store or index deletes its records. */
  changeSchema(change: SchemaChange): void
  /** Stores a key generator's current number. */
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
  /** Reads records in order. */
  scan(scan: Scan, receive: RecordReceiver): void
  /** How many records or index entries lie in the range. */
  count(storeId: number, indexId: number, range: EncodedRange): number
  /**
   * Builds the entries of a new index: `indexKeysOf` gives them for each record in turn (null: none).
   * @throws StorageError 'constraint' when a unique index would have a key twice.
   */
  fillIndex(
    storeId: number,
    index: IndexSchema,
    indexKeysOf: (record: RecordBytes) => Uint8Array | null,
  ): void

  /**
   * How many committed bytes only a log holds so far. It grows until `housekeep()` comes: idle time does, but under
   * constant writing the host must put it in between transactions.
   */
  logBytes(): number
  /** Does a small piece of housekeeping (checkpoint, vacuum) outside any transaction; true while more is left. */
  housekeep(): boolean
  /** Checks pages, and that records and index entries agree; the problems found, none in a sound database. */
  check(): string[]
  /** Closes the file, checkpointed; removes it when no upgrade was ever committed. */
  close(): Promise<void>
}
