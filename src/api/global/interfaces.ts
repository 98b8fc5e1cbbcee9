/**
 * The interface objects and their types under the names script knows, as a user's compiler sees them. Nothing of the
 * classes behind them shows: their declarations never leave the package.
 */
import * as cursor from '../IDBCursor.ts'
import * as database from '../IDBDatabase.ts'
import * as factory from '../IDBFactory.ts'
import * as index from '../IDBIndex.ts'
import * as keyRange from '../IDBKeyRange.ts'
import * as objectStore from '../IDBObjectStore.ts'
import * as record from '../IDBRecord.ts'
import * as request from '../IDBRequest.ts'
import * as transaction from '../IDBTransaction.ts'
import * as versionChangeEvent from '../IDBVersionChangeEvent.ts'
import type * as standard from './standard-types.ts'
import type {
  Disposable,
  InterfaceObject,
  KeyRangeObject,
  Standard,
  VersionChangeEventObject,
} from './standard-types.ts'

export type IDBCursor = Standard<'IDBCursor', standard.Cursor>
export type IDBCursorWithValue = Standard<'IDBCursorWithValue', standard.CursorWithValue>
export type IDBDatabase = Standard<'IDBDatabase', standard.Database>
export type IDBFactory = Standard<'IDBFactory', standard.Factory>
export type IDBIndex = Standard<'IDBIndex', standard.Index>
export type IDBKeyRange = Standard<'IDBKeyRange', standard.KeyRange>
export type IDBObjectStore = Standard<'IDBObjectStore', standard.ObjectStore>
export type IDBOpenDBRequest = Standard<'IDBOpenDBRequest', standard.OpenRequest>
export type IDBRecord = Standard<'IDBRecord', standard.StoredRecord>
export type IDBRequest<Result = unknown> =
  Standard<'IDBRequest', null> extends null
    ? standard.Request<Result>
    : Omit<Standard<'IDBRequest', null>, 'result'> & { readonly result: Result }
export type IDBTransaction = Standard<'IDBTransaction', standard.Transaction>
export type IDBVersionChangeEvent = Standard<'IDBVersionChangeEvent', standard.VersionChangeEvent>

/** A factory with a life: what `createIndexedDB()` returns. Disposing of it is `close()`. */
export type ClosableIDBFactory = IDBFactory & Disposable

// The classes and the types above describe the same objects in two vocabularies; the tests hold them together.
export const IDBCursor = cursor.IDBCursor as unknown as InterfaceObject<IDBCursor>
export const IDBCursorWithValue =
  cursor.IDBCursorWithValue as unknown as InterfaceObject<IDBCursorWithValue>
export const IDBDatabase = database.IDBDatabase as unknown as InterfaceObject<IDBDatabase>
export const IDBFactory = factory.IDBFactory as unknown as InterfaceObject<IDBFactory>
export const IDBIndex = index.IDBIndex as unknown as InterfaceObject<IDBIndex>
export const IDBKeyRange = keyRange.IDBKeyRange as unknown as KeyRangeObject<IDBKeyRange>
export const IDBObjectStore =
  objectStore.IDBObjectStore as unknown as InterfaceObject<IDBObjectStore>
export const IDBOpenDBRequest =
  request.IDBOpenDBRequest as unknown as InterfaceObject<IDBOpenDBRequest>
export const IDBRecord = record.IDBRecord as unknown as InterfaceObject<IDBRecord>
export const IDBRequest = request.IDBRequest as unknown as InterfaceObject<IDBRequest>
export const IDBTransaction =
  transaction.IDBTransaction as unknown as InterfaceObject<IDBTransaction>
export const IDBVersionChangeEvent =
  versionChangeEvent.IDBVersionChangeEvent as unknown as VersionChangeEventObject<IDBVersionChangeEvent>
