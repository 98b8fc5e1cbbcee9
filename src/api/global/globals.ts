/**
 * The global names that `auto` and the test kit install, for projects whose libraries lack them. Where the DOM's types or
 * a worker's are, each name is what it is there. Types only.
 */
import type * as standard from './standard-types.ts'
import type { InterfaceObject, KeyRangeObject, VersionChangeEventObject } from './standard-types.ts'

/** Libraries that have the databases' types have this one, too, and nothing here declares it. */
type HasLibrary = typeof globalThis extends { readonly StorageManager: unknown } ? true : false

/** Nothing to add where a library has the interface. */
type Missing<Ours> = HasLibrary extends true ? Record<never, never> : Ours

/** The library's own type of a global name, without which declaring it again would be an error; else `Ours`. */
type Global<Name extends string, Ours> = HasLibrary extends true
  ? typeof globalThis extends Record<Name, infer Theirs>
    ? Theirs
    : Ours
  : Ours

declare global {
  interface IDBCursor extends Missing<standard.Cursor> {}
  interface IDBCursorWithValue extends Missing<standard.CursorWithValue> {}
  interface IDBDatabase extends Missing<standard.Database> {}
  interface IDBFactory extends Missing<standard.Factory> {}
  interface IDBIndex extends Missing<standard.Index> {}
  interface IDBKeyRange extends Missing<standard.KeyRange> {}
  interface IDBObjectStore extends Missing<standard.ObjectStore> {}
  interface IDBOpenDBRequest extends Missing<standard.OpenRequest> {}
  // The library's parameter, to the letter: declarations of one interface must agree on it.
  interface IDBRequest<T = standard.StoredValue> extends Missing<standard.Request<T>> {}
  interface IDBTransaction extends Missing<standard.Transaction> {}
  interface IDBVersionChangeEvent extends Missing<standard.VersionChangeEvent> {}

  var indexedDB: Global<'indexedDB', IDBFactory>
  var IDBCursor: Global<'IDBCursor', InterfaceObject<IDBCursor>>
  var IDBCursorWithValue: Global<'IDBCursorWithValue', InterfaceObject<IDBCursorWithValue>>
  var IDBDatabase: Global<'IDBDatabase', InterfaceObject<IDBDatabase>>
  var IDBFactory: Global<'IDBFactory', InterfaceObject<IDBFactory>>
  var IDBIndex: Global<'IDBIndex', InterfaceObject<IDBIndex>>
  var IDBKeyRange: Global<'IDBKeyRange', KeyRangeObject<IDBKeyRange>>
  var IDBObjectStore: Global<'IDBObjectStore', InterfaceObject<IDBObjectStore>>
  var IDBOpenDBRequest: Global<'IDBOpenDBRequest', InterfaceObject<IDBOpenDBRequest>>
  var IDBRequest: Global<'IDBRequest', InterfaceObject<IDBRequest>>
  var IDBTransaction: Global<'IDBTransaction', InterfaceObject<IDBTransaction>>
  var IDBVersionChangeEvent: Global<
    'IDBVersionChangeEvent',
    VersionChangeEventObject<IDBVersionChangeEvent>
  >
}
