/** Puts IndexedDB on a global object, as WebIDL would. https://w3c.github.io/IndexedDB/#factory-interface */
import { IDBCursor, IDBCursorWithValue } from './api/IDBCursor.ts'
import { IDBDatabase } from './api/IDBDatabase.ts'
import { IDBFactory } from './api/IDBFactory.ts'
import { IDBIndex } from './api/IDBIndex.ts'
import { IDBKeyRange } from './api/IDBKeyRange.ts'
import { IDBObjectStore } from './api/IDBObjectStore.ts'
import { IDBRecord } from './api/IDBRecord.ts'
import { IDBOpenDBRequest, IDBRequest } from './api/IDBRequest.ts'
import { IDBTransaction } from './api/IDBTransaction.ts'
import { IDBVersionChangeEvent } from './api/IDBVersionChangeEvent.ts'
import type { IndexedDBOptions, InstallOptions } from './indexeddb-options.ts'

/** The interfaces of the specification. */
export const interfaces = {
  IDBCursor,
  IDBCursorWithValue,
  IDBDatabase,
  IDBFactory,
  IDBIndex,
  IDBKeyRange,
  IDBObjectStore,
  IDBOpenDBRequest,
  IDBRecord,
  IDBRequest,
  IDBTransaction,
  IDBVersionChangeEvent,
}

/** Tells the options of the installation from those of the factory. @throws TypeError for a malformed one. */
export function splitOptions(options: InstallOptions): {
  target: object
  force: boolean
  rest: IndexedDBOptions
} {
  const { target = globalThis, force = false, ...rest } = options
  if (typeof target !== 'object' && typeof target !== 'function') {
    throw new TypeError(`Expected option "target" to be a global object, got ${String(target)}`)
  }
  if (typeof force !== 'boolean') {
    throw new TypeError(`Expected option "force" to be true or false, got ${String(force)}`)
  }
  return { target, force, rest }
}

/** Installs a new factory and the interfaces; leaves what is there alone unless `force`. Returns the installed factory. */
export function installGlobals(
  { target, force }: { target: object; force: boolean },
  create: () => globalThis.IDBFactory,
): globalThis.IDBFactory {
  const { indexedDB: present } = target as { indexedDB?: globalThis.IDBFactory } // A global's member, if any.
  if (present && !force) return present
  const factory = create()
  for (const [name, value] of Object.entries(interfaces)) {
    Object.defineProperty(target, name, { value, configurable: true, writable: true })
  }
  defineAccessor(target, factory)
  return factory
}

/** `indexedDB` is an attribute: an accessor on the prototype of the global object, where that is its own. */
function defineAccessor(target: object, factory: globalThis.IDBFactory): void {
  const prototype: unknown = Object.getPrototypeOf(target)
  const isShared = prototype === null || prototype === Object.prototype
  const holder = isShared ? target : (prototype as object) // A prototype is an object or null.
  // What is there already would hide the accessor.
  if (holder !== target) Reflect.deleteProperty(target, 'indexedDB')
  const accessor = {
    get indexedDB(): globalThis.IDBFactory {
      // An attribute of the global object: it can be read without one, but not on anything else.
      if (isGlobal(this, target)) return factory
      throw new TypeError('indexedDB can be read on the global object only')
    },
  }
  const descriptor = Object.getOwnPropertyDescriptor(accessor, 'indexedDB')
  if (!descriptor) throw new Error('unreachable: the accessor was just defined')
  Object.defineProperty(holder, 'indexedDB', descriptor)
}

/** Functions called without a receiver stand for those of the global object. */
function isGlobal(receiver: unknown, target: object): boolean {
  return receiver === undefined || receiver === null || receiver === target
}
