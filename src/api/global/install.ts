/** Puts IndexedDB on a global object, as WebIDL would. https://w3c.github.io/IndexedDB/#factory-interface */
import { IDBCursor, IDBCursorWithValue } from '../IDBCursor.ts'
import { IDBDatabase } from '../IDBDatabase.ts'
import { IDBFactory } from '../IDBFactory.ts'
import { IDBIndex } from '../IDBIndex.ts'
import { IDBKeyRange } from '../IDBKeyRange.ts'
import { IDBObjectStore } from '../IDBObjectStore.ts'
import { IDBRecord } from '../IDBRecord.ts'
import { IDBOpenDBRequest, IDBRequest } from '../IDBRequest.ts'
import { IDBTransaction } from '../IDBTransaction.ts'
import { IDBVersionChangeEvent } from '../IDBVersionChangeEvent.ts'
import { bareCopy } from '../../base/own-property.ts'
import { optionError } from '../../errors.ts'
import { describeValue } from '../../base/describe-value.ts'
import type { IndexedDBOptions, InstallOptions } from '../../options/indexeddb-options.ts'
import { knowPage } from '../../values/platform-objects/interface-names.ts'

/** The interfaces of the specification. */
const interfaces = {
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
    const got = describeValue(target)
    throw optionError('target', `Expected option "target" to be a global object, got ${got}`)
  }
  if (typeof force !== 'boolean') {
    const got = describeValue(force)
    throw optionError('force', `Expected option "force" to be true or false, got ${got}`)
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
  for (const place of placesOf(target)) {
    if (place !== globalThis) knowPage(place)
    defineClasses(place)
    defineAccessor(place, factory)
  }
  return factory
}

/** Some test environments have a simulated window in addition to the global object, and tests ask it for the same things. */
function placesOf(target: object): object[] {
  const { window } = target as { window?: unknown } // A global's member, if any.
  const isBeside = target === globalThis && window !== target
  return isBeside && typeof window === 'object' && window !== null ? [target, window] : [target]
}

function defineClasses(target: object): void {
  for (const [name, value] of Object.entries(interfaces)) {
    // What is left out here would stay as it is where the property exists.
    const attributes = { configurable: true, writable: true, enumerable: false }
    Object.defineProperty(target, name, bareCopy({ value, ...attributes }))
  }
}

/** `indexedDB` is an attribute of the global object: an accessor. */
function defineAccessor(target: object, factory: globalThis.IDBFactory): void {
  const receivers = new WeakSet([target])
  let isFirstRead = true
  const accessor = {
    get indexedDB(): globalThis.IDBFactory {
      // The global object of a context of node:vm is a proxy, and getters are called on what is behind it.
      if (isFirstRead) receivers.add(this)
      // An attribute of the global object: it can be read without one, but not on anything else.
      if (isAbsent(this) || receivers.has(this)) return factory
      throw new TypeError('indexedDB can only be read on the global object')
    },
  }
  const descriptor = Object.getOwnPropertyDescriptor(accessor, 'indexedDB')
  if (!descriptor) throw new Error('unreachable: the accessor was just defined')
  Object.defineProperty(holderOf(target), 'indexedDB', bareCopy(descriptor))
  Reflect.get(target, 'indexedDB')
  isFirstRead = false
}

/**
 * Where on the global object's prototype chain the attribute is, or belongs: a window has it itself, a worker's global has it
 * from its prototype, and so has the global object of a runtime that has a prototype of its own.
 */
function holderOf(target: object): object {
  for (let it: object | null = target; it; it = prototypeOf(it)) {
    if (Object.hasOwn(it, 'indexedDB')) return it
  }
  const scope = workerScopeOf(target)
  if (scope) return scope
  const prototype = prototypeOf(target)
  const isShared = prototype === null || prototype === Object.prototype
  return isShared ? target : prototype
}

/** The prototype of all workers' global objects; null where `target` is no such object. */
function workerScopeOf(target: object): object | null {
  const { WorkerGlobalScope } = target as { WorkerGlobalScope?: { readonly prototype?: object } } // A worker has it.
  const prototype = WorkerGlobalScope?.prototype
  for (let it: object | null = target; it && prototype; it = prototypeOf(it)) {
    if (it === prototype) return it
  }
  return null
}

function prototypeOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null // The language has no third answer.
}

/** Functions called without a receiver stand for those of the global object. */
function isAbsent(receiver: unknown): boolean {
  return receiver === undefined || receiver === null
}
