/**
 * The seam between a realm (core) and the host that owns the databases. What crosses it is plain data: operations,
 * results, failures, schema snapshots. In one thread the host is called directly; over a `MessagePort` each method
 * becomes a message of the same content. Nothing above may notice which it is.
 *
 * Who calls whom: core calls `Host`, `HostConnection`, `HostTransaction`; the host answers through the listener or
 * receiver it was given. Answers for one transaction come in the order of the calls. A host may answer within the call
 * (in one thread it often does) or later; a receiver therefore only notes what happened and queues tasks. It never
 * runs script.
 */
import type { ValueBytes } from '../bytes/value-bytes.ts'
import type { Failure } from '../errors.ts'
import type { KeptPlace } from '../kept-objects/kept-store.ts'
import type { EncodedRange } from '../keys/key-range.ts'
import type { StorageLimits } from '../storage/limits.ts'
import type { DatabaseCounters, DatabaseLoad } from './load.ts'
import type { Blocker, Holding } from './blockers.ts'
import type { ChangeListener, WatchedStore } from './changes.ts'
import type { DatabaseSchema, SchemaChange } from '../storage/schema.ts'
import type { SalvageReport } from '../storage/salvage-report.ts'
import type { CommitMark, NewRecord, RecordBytes, Scan } from '../storage/storage.ts'

export type {
  DatabaseSchema,
  IndexSchema,
  ObjectStoreSchema,
  SchemaChange,
} from '../storage/schema.ts'
export type { SalvagedStore, SalvageReport } from '../storage/salvage-report.ts'
export { applySchemaChange, emptySchema } from '../storage/schema.ts'
export type { KeyPath } from '../keys/key-path.ts'
export type { StorageLimits } from '../storage/limits.ts'
export { checkId, checkNameLength, checkRecordSize } from '../storage/limits.ts'
export type { CommitMark, NewRecord, RecordBytes, Scan } from '../storage/storage.ts'
export { emptyRecord } from '../storage/storage.ts'

/** https://w3c.github.io/IndexedDB/#transaction-mode */
export type TransactionMode = 'readonly' | 'readwrite' | 'versionchange'

/** https://w3c.github.io/IndexedDB/#transaction-durability-hint; the host says what `default` means. */
export type Durability = 'default' | 'relaxed' | 'strict'

/** Where the key generator's number goes, once it is known. */
export interface GeneratedKeyPlaces {
  /** Offset in the value of an 8-byte big-endian double; -1: the key is out-of-line. */
  readonly valueOffset: number
  /** Offsets in `indexKeys` of the 8 bytes after the number tag of an encoded key. */
  readonly indexKeyOffsets: readonly number[]
}

/**
 * What a transaction can be asked to do. An operation is given away with all its bytes; the value of a `put` says itself how
 * long it is valid.
 */
export type Operation =
  | (Omit<NewRecord, 'key' | 'value' | 'indexKeys'> & {
      readonly type: 'put'
      readonly value: ValueBytes
      readonly indexKeys: Uint8Array | null
      /** null: the host generates it (its answer carries the key). */
      readonly key: Uint8Array | null
      /** Not null when and only when `key` is null. */
      readonly generated: GeneratedKeyPlaces | null
    })
  | (Scan & { readonly type: 'scan' })
  | {
      readonly type: 'count'
      readonly storeId: number
      /** 0: the store itself. */
      readonly indexId: number
      readonly range: EncodedRange
    }
  | { readonly type: 'deleteRange'; readonly storeId: number; readonly range: EncodedRange }
  | { readonly type: 'clear'; readonly storeId: number }
  | { readonly type: 'changeSchema'; readonly change: SchemaChange }

/** The operations that leave the database as it is. */
type ReadOperation = ScanOperation | CountOperation

/** The operations that change it. */
export type WriteOperation = Exclude<Operation, ReadOperation>

export type PutOperation = Extract<Operation, { type: 'put' }>
export type ScanOperation = Extract<Operation, { type: 'scan' }>
export type CountOperation = Extract<Operation, { type: 'count' }>

/**
 * What a host gives for an operation in addition to its records. For a `put` with a null key the generated key, encoded and
 * owned by the receiver; for `count` the count; else undefined.
 */
export type OperationResult = Uint8Array | number | undefined

/** Whether an operation changes the database, for which a read-only transaction has no right. */
export function isWrite(operation: Operation): operation is WriteOperation {
  return operation.type !== 'scan' && operation.type !== 'count'
}

/** Receives the answer to one operation: its records (`scan` only), then one of `done` and `failed`. */
export interface OperationReceiver {
  /** A record, in order; its bytes are valid only inside this call. */
  record(record: RecordBytes): void
  /** The operation is over. */
  done(result: OperationResult): void
  failed(failure: Failure): void
}

/** Receives the one answer to a question. */
export interface Receiver<Result> {
  done(result: Result): void
  failed(failure: Failure): void
}

/** What a request is known by at each owner that it is asked of. */
export interface RequestOrigin {
  /** Names it, and no other. */
  readonly mark: CommitMark
  /** It was at the head of its queue at an owner that is gone, so it goes before those that were not. */
  readonly resumes: boolean
  /** Whether its answer can be lost with this owner: then a deletion is noted by the mark. */
  readonly mayBeLost: boolean
  /** Whether an owner that is gone was asked for it: one that has noted the deletion has carried it out. */
  readonly wasAsked: boolean
  /** Whether its realm goes on at the next owner when this one ends: then a database that it upgrades is known to its file before. */
  readonly outlivesOwner: boolean
}

/** A host: the databases of one storage directory, for one realm. */
export interface Host {
  /** https://w3c.github.io/IndexedDB/#dom-idbfactory-databases */
  databases(
    receiver: Receiver<readonly { readonly name: string; readonly version: number }[]>,
  ): void
  /**
   * Queues an open request. `version` undefined: the current one, or 1 for a new database.
   * https://w3c.github.io/IndexedDB/#open-a-database-connection
   */
  open(
    name: string,
    version: number | undefined,
    listener: OpenListener,
    origin?: RequestOrigin,
  ): HostRequest
  /** Queues a delete request. https://w3c.github.io/IndexedDB/#delete-a-database */
  delete(name: string, listener: DeleteListener, origin?: RequestOrigin): HostRequest
  /**
   * Connects again to a database that was open at an owner that is gone, at exactly that version. It asks no connection to
   * close and waits for no request: only for what is at the file in that moment, such as an upgrade that is running.
   * `incarnation`: what the connection has said of itself there, if it has.
   */
  attach(name: string, version: number, listener: AttachListener, incarnation?: number | null): void
  /**
   * What became of the commit with that mark, whose answer was lost. The port over which it was asked for must have ended at the
   * host, which may otherwise still be about to make it. `incarnation`: what its connection has said of itself there, if it has.
   */
  outcomeOf(
    name: string,
    mark: CommitMark,
    receiver: Receiver<CommitOutcome>,
    incarnation?: number | null,
  ): void
  /** A client leaves, and will ask for no outcome any more. */
  forgetMarks(client: string): void
  /** The answer to that deletion has arrived. */
  forgetDeletion(mark: CommitMark): void
}

/**
 * `committed`: it is on the disk. `absent`: it was never made, or left no mark as it had written nothing: it can be made
 * again. `unknown`: the file has lost marks, to a salvage or because there were too many clients; or it is another than that of the
 * incarnation that was named, or there is none: the database was deleted, or salvaged as a whole, before or after the commit.
 */
export type CommitOutcome = 'committed' | 'absent' | 'unknown'

/** What becomes of an attachment. */
export interface AttachListener {
  attached(connection: HostConnection): void
  /** VersionError: it has another version. NotFoundError: it is gone, or another has its name. */
  failed(reason: Failure): void
}

/** A host, or a realm's part in one, that can be closed. */
export interface ClosableHost extends Host {
  /**
   * Cancels all open and delete requests, shuts down all connections, those that the requests give included, waits for their
   * transactions, then gives up the directory.
   */
  close(): Promise<void>
}

/** A host that also says what goes on at its databases. */
export interface ObservableHost extends ClosableHost {
  /** Of those that are in use. */
  load(): readonly DatabaseLoad[]
}

/** An open or delete request on its way. */
export interface HostRequest {
  /** It is to be answered soon: it fails with AbortError where it waits, or would have to wait, for connections to close. */
  cancel(): void
}

/** Hears that a request has come to its turn, where others are about to see it. */
interface AskingListener {
  /** Connections are about to be asked to close for it; perhaps more than once. Absent: the one who asked need not know. */
  asking?(): void
}

/** What becomes of an open request: `blocked` each time it is, perhaps one `upgradeNeeded`, then `opened` or `failed`. */
export interface OpenListener extends AskingListener {
  /** `blockers`: who is in the way, those that close by themselves left out; absent: the host does not tell. */
  blocked(oldVersion: number, newVersion: number, blockers?: readonly Blocker[]): void
  /**
   * The upgrade transaction has started; core attaches its listeners and fires `upgradeneeded`. `connection.schema` has
   * the new version already. When the upgrade commits, its `committed` comes first, then `opened`; when it aborts, its
   * `aborted` comes first, then `failed` with AbortError.
   */
  upgradeNeeded(connection: HostConnection, transaction: HostTransaction, oldVersion: number): void
  opened(connection: HostConnection): void
  failed(failure: Failure): void
}

/** What becomes of a delete request. */
export interface DeleteListener extends AskingListener {
  /** As of an open request. */
  blocked(oldVersion: number, newVersion: null, blockers?: readonly Blocker[]): void
  deleted(oldVersion: number): void
  failed(failure: Failure): void
}

/** An open connection. */
export interface HostConnection {
  readonly name: string
  /** Whether its host is in another thread or process, so that waiting for an answer costs a round trip. */
  readonly isRemote: boolean
  /** How many records a cursor reads together at most; null: as many as where reading costs little. */
  readonly readAhead: number | null
  /**
   * What tells its database from others that had its name, or will have it: a client learns it at one owner, and can see at the
   * next whether the database is still the same. null: it is not known. At a host of this thread it is noted in the file for that.
   */
  identify(): number | null
  /** The schema at the time of opening; during an upgrade core keeps the current one itself. */
  readonly schema: DatabaseSchema
  /** How much can be stored: the realm refuses what goes beyond, the host does not look at it again. */
  readonly limits: StorageLimits
  /** What was saved when the database's damaged file was salvaged at its opening; null when there was no need. */
  readonly salvaged: SalvageReport | null
  /** Where objects without bytes are kept for the database, see `kept-objects/`; null: nowhere. */
  readonly keptAt: KeptPlace | null
  /** Must be called once, before anything else, synchronously in `upgradeNeeded` or `opened`. */
  listen(listener: ConnectionListener): void
  /**
   * Creates a transaction and takes its place in the order of creation at once.
   * `storeIds`: its scope, not empty. `resumes`: it had started at an owner that is gone, so it goes before those that had not.
   */
  createTransaction(
    storeIds: readonly number[],
    mode: 'readonly' | 'readwrite',
    durability: Durability,
    listener: TransactionListener,
    resumes?: boolean,
  ): HostTransaction
  /**
   * Has `listener` told of each transaction that commits changes to those stores, after its commit is told, until what it gives is
   * called or the connection is closed.
   */
  watch(watched: readonly WatchedStore[], listener: ChangeListener): () => void
  /** Counts what goes on at its database, of all who use it. */
  inspect(receiver: Receiver<DatabaseCounters>): void
  /** Aborts the transaction with that listener, whose making was cut off before the realm got it; there may be none. */
  abortOf(listener: TransactionListener): void
  /**
   * Begins a copy of the database's file, as it is when the transactions that were created before have ended. It keeps a connection open
   * that its realm closes; it fails with one that is closed otherwise.
   */
  copy(listener: CopyListener): HostCopy
  /** Resolves when the connection is closed, for any reason. */
  readonly closed: Promise<void>
  /** Sets the close pending flag. The connection is closed when its transactions have finished. */
  close(): void
  /**
   * Closes it as its host closes: the listener is told `closing` at once, and `closed` with a reason when its transactions
   * have finished. Does nothing to a connection that is closing.
   */
  shutDown(): void
  /**
   * Closes with the forced flag: the connection is told `closing`, then every transaction that has not yet committed
   * `aborted` (AbortError), then the connection `closed`. Does nothing to a closed connection.
   */
  forceClose(): void
}

/** A copy of a database that is being made. */
export interface HostCopy {
  /** Asks for the next piece, once the last one that was asked for has come. */
  next(): void
  /** It is wanted no more: nothing more is told. */
  cancel(): void
}

/** What comes of a copy. */
export interface CopyListener {
  /** The state is that of now, and the file this long. */
  began(sizeBytes: number): void
  /** A piece, which is the listener's. */
  piece(bytes: Uint8Array<ArrayBuffer>): void
  /** There was no more. */
  ended(): void
  failed(failure: Failure): void
}

/** What a connection hears from its host. */
export interface ConnectionListener {
  /**
   * Another connection wants to upgrade (or delete: `newVersion` null) the database. Core fires `versionchange` unless its connection
   * is closing, and calls `delivered` when that is over. `request`: which request it is for, by the mark of its origin.
   */
  versionChange(
    oldVersion: number,
    newVersion: number | null,
    delivered: () => void,
    request?: CommitMark,
  ): void
  /** What those are told who wait for its end; asked when there are any. Absent: nothing is known. */
  holding?(): Holding
  /** It is about to be closed, and not by its realm: it takes no new transactions. May be told twice. */
  closing(): void
  /**
   * It is closed: all its transactions have been told their end. `reason`: why; null when the realm has closed it itself,
   * or its upgrade was aborted.
   */
  closed(reason: Failure | null): void
}

/** A transaction in the host. */
export interface HostTransaction {
  /** The upgrade transaction only: must be called once, synchronously in `upgradeNeeded`. */
  listen(listener: TransactionListener): void
  /**
   * Executes an operation, after those before it and not before the transaction has started.
   */
  execute(operation: Operation, receiver: OperationReceiver): void
  /**
   * Commits once all operations are executed. `failuresSeen`: how many `failed` answers core had dispatched when
   * it decided to commit; if more operations have failed the transaction is aborted with the first such failure.
   * `mark`: written with what it has written, see `Host.outcomeOf`; a read-only transaction has none. Where it has written nothing
   * there is nothing to lose, and no mark.
   */
  commit(failuresSeen: number, mark?: CommitMark): void
  /**
   * Commits, if nothing can come between: the transaction has started, all its operations are executed, and no failure is unseen.
   * Else it is as if nothing was offered, and the listener is told so: by `declined`, or by the `failed` of an operation.
   * Core offers to a remote host what it would commit if all succeeds, and so need not wait for the answers first.
   */
  offerCommit(failuresSeen: number, mark?: CommitMark): void
  /** Reverts everything and drops operations not yet executed: they get no answer, nor does the transaction. */
  abort(): void
}

/** What a transaction hears from its host. */
export interface TransactionListener {
  /**
   * It starts while the commit of a transaction before it, which it overlaps, is still on its way to the disk. Answers come
   * as ever, but core fires no event before `caughtUp`. Where no listener can observe the answers it commits meanwhile, so that
   * both share a sync.
   */
  wentAhead(): void
  /** Every transaction it ran ahead of has said `committed`. */
  caughtUp(): void
  /** The commit that core has offered is not made; see `HostTransaction.offerCommit`. */
  declined(): void
  /** How a transaction ends, unless core aborts it itself: this or `aborted`, once. */
  committed(): void
  /** The host gave up: the commit failed, storage failed, the connection was closed by force. Nothing of it remains. */
  aborted(failure: Failure): void
}
