/** Indexes. https://w3c.github.io/IndexedDB/#index-interface */
import { IndexHandle, assertNotDeleted } from '../core/handles.ts'
import { renameIndex } from '../core/upgrade.ts'
import { domException } from '../errors.ts'
import { assertActive, assertUpgrading } from './assertions.ts'
import { type IDBRequest, requestHandle } from './IDBRequest.ts'
import { defineInspection } from './webidl/inspect.ts'
import { keyPathValue } from './key-path-attribute.ts'
import {
  countRequest,
  getAllRecordsRequest,
  getAllRequest,
  getKeyRequest,
  getRequest,
  openCursorRequest,
} from './retrieval.ts'
import { defineInterface, requireArguments, toDOMString } from './webidl/webidl.ts'
import { defineWrapper, wrap } from './webidl/wrapper.ts'
import { Handover } from './webidl/handover.ts'

const handover = new Handover<IndexHandle>()

/** https://w3c.github.io/IndexedDB/#idbindex */
export class IDBIndex {
  readonly #index: IndexHandle

  constructor() {
    this.#index = handover.take()
  }

  get name(): string {
    return this.#index.name
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbindex-name */
  set name(value: string) {
    const index = this.#index
    const name = toDOMString(value)
    assertUpgrading(index.transaction)
    assertActive(index.transaction)
    assertNotDeleted(index.store)
    assertNotDeleted(index)
    if (index.name === name) return
    for (const { name: taken } of index.store.indexes) {
      if (taken === name) throw domException('ConstraintError', `Index "${name}" already exists`)
    }
    renameIndex(index, name)
  }

  get objectStore(): globalThis.IDBObjectStore {
    return wrap(this.#index.store)
  }

  get keyPath(): unknown {
    return keyPathValue(this.#index)
  }

  get multiEntry(): boolean {
    return this.#index.multiEntry
  }

  get unique(): boolean {
    return this.#index.unique
  }

  get(query: unknown): IDBRequest<unknown> {
    requireArguments(arguments.length, 1, 'IDBIndex.get')
    return requestHandle(getRequest(this.#index, query))
  }

  getKey(query: unknown): IDBRequest<IDBValidKey | undefined> {
    requireArguments(arguments.length, 1, 'IDBIndex.getKey')
    return requestHandle(getKeyRequest(this.#index, query))
  }

  getAll(
    queryOrOptions: unknown = undefined,
    count: number | undefined = undefined,
  ): IDBRequest<unknown[]> {
    return requestHandle(getAllRequest(this.#index, 'value', queryOrOptions, count))
  }

  getAllKeys(
    queryOrOptions: unknown = undefined,
    count: number | undefined = undefined,
  ): IDBRequest<IDBValidKey[]> {
    return requestHandle(getAllRequest(this.#index, 'key', queryOrOptions, count))
  }

  getAllRecords(options: unknown = undefined): IDBRequest<unknown[]> {
    return requestHandle(getAllRecordsRequest(this.#index, options))
  }

  count(query: unknown = undefined): IDBRequest<number> {
    return requestHandle(countRequest(this.#index, query))
  }

  openCursor(
    query: unknown = undefined,
    direction: IDBCursorDirection = 'next',
  ): IDBRequest<unknown> {
    return requestHandle(openCursorRequest(this.#index, { query, direction, keyOnly: false }))
  }

  openKeyCursor(
    query: unknown = undefined,
    direction: IDBCursorDirection = 'next',
  ): IDBRequest<unknown> {
    return requestHandle(openCursorRequest(this.#index, { query, direction, keyOnly: true }))
  }
}

defineInterface(IDBIndex, 'IDBIndex')
defineInspection(IDBIndex, 'IDBIndex', ['name', 'keyPath', 'unique', 'multiEntry'])

defineWrapper(IndexHandle, (core) => handover.make(IDBIndex, core))
