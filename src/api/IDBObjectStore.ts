/** Object stores. https://w3c.github.io/IndexedDB/#object-store-interface */
import {
  type IndexHandle,
  ObjectStoreHandle,
  assertNotDeleted,
  indexHandle,
} from '../core/handles.ts'
import { inactive } from '../core/inactive.ts'
import type { Request } from '../core/request.ts'
import { clearObjectStore, deleteRecords } from '../core/records/retrieval.ts'
import { storeRecord } from '../core/records/add-or-put.ts'
import { createIndex, deleteIndex, renameObjectStore } from '../core/upgrade.ts'
import { domException } from '../errors.ts'
import { assertActive, assertUpgrading, assertWritable } from './assertions.ts'
import { notFound } from './not-found.ts'
import type { DOMStringList } from './webidl/DOMStringList.ts'
import { sortedNameList } from './sorted-name-list.ts'
import { defineInspection } from './webidl/inspect.ts'
import { type IDBRequest, requestHandle } from './IDBRequest.ts'
import { assertValidKeyPath, keyPathValue, toKeyPath } from './key-path-attribute.ts'
import { requiredRange } from './convert-value-to-key-range.ts'
import {
  countRequest,
  getAllRecordsRequest,
  getAllRequest,
  getKeyRequest,
  getRequest,
  openCursorRequest,
} from './retrieval.ts'
import { defineInterface, requireArguments, toDictionary, toDOMString } from './webidl/webidl.ts'
import { defineWrapper, wrap } from './webidl/wrapper.ts'
import { Handover } from './webidl/handover.ts'

const handover = new Handover<ObjectStoreHandle>()

/** https://w3c.github.io/IndexedDB/#idbobjectstore */
export class IDBObjectStore {
  readonly #store: ObjectStoreHandle

  constructor() {
    this.#store = handover.take()
  }

  get name(): string {
    return this.#store.name
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbobjectstore-name */
  set name(value: string) {
    const store = this.#store
    const name = toDOMString(value)
    assertNotDeleted(store)
    assertUpgrading(store.transaction)
    assertActive(store.transaction)
    if (store.name === name) return
    for (const { name: taken } of store.transaction.connection.schema.stores.values()) {
      if (taken === name)
        throw domException('ConstraintError', `Object store "${name}" already exists`)
    }
    renameObjectStore(store, name)
  }

  get keyPath(): unknown {
    return keyPathValue(this.#store)
  }

  get indexNames(): DOMStringList {
    return sortedNameList(Array.from(this.#store.indexes, ({ name }) => name))
  }

  get transaction(): globalThis.IDBTransaction {
    return wrap(this.#store.transaction)
  }

  get autoIncrement(): boolean {
    return this.#store.autoIncrement
  }

  put(value: unknown, key: unknown = undefined): IDBRequest<IDBValidKey> {
    requireArguments(arguments.length, 1, 'IDBObjectStore.put')
    return requestHandle(addOrPut(this.#store, value, { key, overwrite: true }))
  }

  add(value: unknown, key: unknown = undefined): IDBRequest<IDBValidKey> {
    requireArguments(arguments.length, 1, 'IDBObjectStore.add')
    return requestHandle(addOrPut(this.#store, value, { key, overwrite: false }))
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbobjectstore-delete */
  delete(query: unknown): IDBRequest<undefined> {
    requireArguments(arguments.length, 1, 'IDBObjectStore.delete')
    const store = this.#store
    assertNotDeleted(store)
    assertActive(store.transaction)
    assertWritable(store.transaction)
    return requestHandle(deleteRecords(store, store, requiredRange(query)))
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbobjectstore-clear */
  clear(): IDBRequest<undefined> {
    const store = this.#store
    assertNotDeleted(store)
    assertActive(store.transaction)
    assertWritable(store.transaction)
    return requestHandle(clearObjectStore(store))
  }

  get(query: unknown): IDBRequest<unknown> {
    requireArguments(arguments.length, 1, 'IDBObjectStore.get')
    return requestHandle(getRequest(this.#store, query))
  }

  getKey(query: unknown): IDBRequest<IDBValidKey | undefined> {
    requireArguments(arguments.length, 1, 'IDBObjectStore.getKey')
    return requestHandle(getKeyRequest(this.#store, query))
  }

  getAll(
    queryOrOptions: unknown = undefined,
    count: number | undefined = undefined,
  ): IDBRequest<unknown[]> {
    return requestHandle(getAllRequest(this.#store, 'value', queryOrOptions, count))
  }

  getAllKeys(
    queryOrOptions: unknown = undefined,
    count: number | undefined = undefined,
  ): IDBRequest<IDBValidKey[]> {
    return requestHandle(getAllRequest(this.#store, 'key', queryOrOptions, count))
  }

  getAllRecords(options: unknown = undefined): IDBRequest<unknown[]> {
    return requestHandle(getAllRecordsRequest(this.#store, options))
  }

  count(query: unknown = undefined): IDBRequest<number> {
    return requestHandle(countRequest(this.#store, query))
  }

  openCursor(
    query: unknown = undefined,
    direction: IDBCursorDirection = 'next',
  ): IDBRequest<unknown> {
    return requestHandle(openCursorRequest(this.#store, { query, direction, keyOnly: false }))
  }

  openKeyCursor(
    query: unknown = undefined,
    direction: IDBCursorDirection = 'next',
  ): IDBRequest<unknown> {
    return requestHandle(openCursorRequest(this.#store, { query, direction, keyOnly: true }))
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbobjectstore-index */
  index(name: string): globalThis.IDBIndex {
    requireArguments(arguments.length, 1, 'IDBObjectStore.index')
    const store = this.#store
    const indexName = toDOMString(name)
    assertNotDeleted(store)
    if (store.transaction.state === 'finished') {
      throw inactive(store.transaction, 'InvalidStateError')
    }
    return wrap(existingIndex(store, indexName))
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbobjectstore-createindex */
  createIndex(
    name: string,
    keyPath: unknown,
    options: IDBIndexParameters | undefined = undefined,
  ): globalThis.IDBIndex {
    requireArguments(arguments.length, 2, 'IDBObjectStore.createIndex')
    const store = this.#store
    const indexName = toDOMString(name)
    const path = toKeyPath(keyPath)
    const { multiEntry, unique } = toDictionary(options, 'options')
    assertUpgrading(store.transaction)
    assertNotDeleted(store)
    assertActive(store.transaction)
    if (indexHandle(store, indexName)) {
      throw domException('ConstraintError', `Index "${indexName}" already exists`)
    }
    assertValidKeyPath(path)
    if (multiEntry && typeof path !== 'string') {
      throw domException(
        'InvalidAccessError',
        'A multiEntry index cannot have an array as its key path',
      )
    }
    const flags = { unique: Boolean(unique), multiEntry: Boolean(multiEntry) }
    return wrap(createIndex(store, { name: indexName, keyPath: path, ...flags }))
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbobjectstore-deleteindex */
  deleteIndex(name: string): void {
    requireArguments(arguments.length, 1, 'IDBObjectStore.deleteIndex')
    const store = this.#store
    const indexName = toDOMString(name)
    assertUpgrading(store.transaction)
    assertNotDeleted(store)
    assertActive(store.transaction)
    deleteIndex(store, existingIndex(store, indexName).indexId)
  }
}

defineInterface(IDBObjectStore, 'IDBObjectStore')
defineInspection(IDBObjectStore, 'IDBObjectStore', [
  'name',
  'keyPath',
  'autoIncrement',
  'indexNames',
])

defineWrapper(ObjectStoreHandle, makeHandle)

/** What script sees of an object store handle; the same each time. */
export function storeHandle(store: ObjectStoreHandle): globalThis.IDBObjectStore {
  store.handle ??= makeHandle(store)
  return store.handle as globalThis.IDBObjectStore // Only what `makeHandle` makes is there.
}

function makeHandle(store: ObjectStoreHandle): IDBObjectStore {
  handover.give(store)
  try {
    return new IDBObjectStore()
  } finally {
    handover.end()
  }
}

/** https://w3c.github.io/IndexedDB/#add-or-put, checks in spec order. */
function addOrPut(
  store: ObjectStoreHandle,
  value: unknown,
  { key, overwrite }: { key: unknown; overwrite: boolean },
): Request {
  assertNotDeleted(store)
  assertActive(store.transaction)
  assertWritable(store.transaction)
  const isInline = store.keyPath !== null
  if (isInline && key !== undefined) {
    throw domException(
      'DataError',
      `Object store "${store.name}" uses in-line keys: leave out the key parameter`,
    )
  }
  if (!isInline && !store.autoIncrement && key === undefined) {
    throw domException(
      'DataError',
      `Object store "${store.name}" uses out-of-line keys and has no key generator: give a key parameter`,
    )
  }
  return storeRecord(store, value, { explicitKey: key, overwrite })
}

/** @throws NotFoundError */
function existingIndex(store: ObjectStoreHandle, name: string): IndexHandle {
  const index = indexHandle(store, name)
  if (index) return index
  const message = `Object store "${store.name}" has no index "${name}"`
  throw notFound(message, {
    wanted: name,
    names: Array.from(store.indexes, (it) => it.name),
    facts: { database: store.transaction.connection.host.name, store: store.name },
  })
}
