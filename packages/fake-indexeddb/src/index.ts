/**
 * What the package fake-indexeddb exports, on idb-everywhere in memory: another import specifier, or an alias, is all
 * that a test suite changes.
 */
import {
  IDBFactory as StandardFactory,
  createTestWorld,
  forceClose,
  type ClosableIDBFactory,
  type IDBDatabase,
} from 'idb-everywhere/testing'

export {
  IDBCursor,
  IDBCursorWithValue,
  IDBDatabase,
  IDBIndex,
  IDBKeyRange,
  IDBObjectStore,
  IDBOpenDBRequest,
  IDBRecord,
  IDBRequest,
  IDBTransaction,
  IDBVersionChangeEvent,
} from 'idb-everywhere/testing'

/** The standard's class, which script cannot construct, but for `new`: that gives a factory without databases. */
export const IDBFactory: { new (): ClosableIDBFactory; readonly prototype: ClosableIDBFactory } =
  new Proxy(StandardFactory, {
    construct(_target, _arguments, newTarget) {
      const { indexedDB } = createTestWorld()
      // A class that extends this one has a prototype of its own.
      if (newTarget.prototype !== StandardFactory.prototype) {
        Object.setPrototypeOf(indexedDB, newTarget.prototype)
      }
      return indexedDB
    },
  }) as { new (): ClosableIDBFactory; readonly prototype: ClosableIDBFactory } // by the trap above

/** The factory that `auto` installs. */
export const indexedDB: ClosableIDBFactory = new IDBFactory()

/** Closes a connection as if for an abnormal reason: its transactions abort, `close` is fired. */
export function forceCloseDatabase(database: IDBDatabase): void {
  forceClose(database)
}

export default indexedDB
