/** What an upgrade transaction does to the schema: each step changes the connection's snapshot and goes to the host. */
import { exceptionOf } from '../errors.ts'
import {
  type IndexSchema,
  type KeyPath,
  type ObjectStoreSchema,
  type SchemaChange,
  type StorageLimits,
  applySchemaChange,
  checkId,
  checkNameLength,
} from '../protocol/protocol.ts'
import { type IndexHandle, type ObjectStoreHandle, handleOf, indexHandleOf } from './handles.ts'
import type { Transaction } from './transaction.ts'

/**
 * https://w3c.github.io/IndexedDB/#dom-idbdatabase-createobjectstore, from the new store on.
 *
 * @throws UnknownError when its name is too long, or there is no number for it.
 */
export function createObjectStore(
  transaction: Transaction,
  options: { name: string; keyPath: KeyPath | null; autoIncrement: boolean },
): ObjectStoreHandle {
  const { schema, host } = transaction.connection
  const id = schema.nextStoreId
  checkId(host.limits, 'object stores', id)
  checkNames(host.limits, 'object store', options)
  const store: ObjectStoreSchema = { id, ...options, indexes: new Map() }
  changeSchema(transaction, { type: 'createObjectStore', store })
  return handleOf(transaction, store)
}

/** https://w3c.github.io/IndexedDB/#dom-idbdatabase-deleteobjectstore, from the deletion on. */
export function deleteObjectStore(transaction: Transaction, storeId: number): void {
  changeSchema(transaction, { type: 'deleteObjectStore', storeId })
}

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-name @throws UnknownError when the name is too long. */
export function renameObjectStore(store: ObjectStoreHandle, name: string): void {
  checkNameLength(store.transaction.connection.host.limits, "An object store's name", name)
  changeSchema(store.transaction, { type: 'renameObjectStore', storeId: store.storeId, name })
  store.name = name
}

/**
 * https://w3c.github.io/IndexedDB/#dom-idbobjectstore-createindex, from the new index on.
 *
 * @throws UnknownError when its name is too long, or there is no number for it.
 */
export function createIndex(
  store: ObjectStoreHandle,
  options: { name: string; keyPath: KeyPath; unique: boolean; multiEntry: boolean },
): IndexHandle {
  const { transaction, storeId } = store
  const { schema, host } = transaction.connection
  const id = schema.nextIndexId
  checkId(host.limits, 'indexes', id)
  checkNames(host.limits, 'index', options)
  const index: IndexSchema = { id, ...options }
  changeSchema(transaction, { type: 'createIndex', storeId, index })
  return indexHandleOf(store, index)
}

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-deleteindex, from the deletion on. */
export function deleteIndex(store: ObjectStoreHandle, indexId: number): void {
  store.writeCount++
  changeSchema(store.transaction, { type: 'deleteIndex', storeId: store.storeId, indexId })
}

/** https://w3c.github.io/IndexedDB/#dom-idbindex-name @throws UnknownError when the name is too long. */
export function renameIndex(index: IndexHandle, name: string): void {
  checkNameLength(index.transaction.connection.host.limits, "An index's name", name)
  const { storeId, indexId } = index
  changeSchema(index.transaction, { type: 'renameIndex', storeId, indexId, name })
  index.name = name
}

function checkNames(
  limits: StorageLimits,
  what: 'object store' | 'index',
  { name, keyPath }: { name: string; keyPath: KeyPath | null },
): void {
  checkNameLength(limits, `An ${what}'s name`, name)
  checkNameLength(limits, `An ${what}'s key path`, JSON.stringify(keyPath))
}

/**
 * A step that fails (a unique index over records that are not) aborts the transaction, in a task: the method that asked
 * for it has long returned.
 */
function changeSchema(transaction: Transaction, change: SchemaChange): void {
  const { connection } = transaction
  transaction.trace?.changesSchema()
  transaction.isMidCall = true
  connection.schema = applySchemaChange(connection.schema, change)
  transaction.execute(
    { type: 'changeSchema', change },
    {
      record: () => {
        throw new Error('unreachable: a schema change has no records')
      },
      done: () => {},
      failed: (failure) => {
        transaction.queueTask(() => transaction.abort(exceptionOf(failure)))
      },
    },
  )
  transaction.isMidCall = false
}
