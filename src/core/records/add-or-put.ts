/**
 * Storing a record: clone, key, index keys, operation. Everything that script can notice happens at the call; what the
 * host gets is bytes.
 */
import { domException } from '../../errors.ts'
import { type PutOperation, checkRecordSize } from '../../protocol/protocol.ts'
import { convertValueToKey } from '../../keys/convert-value-to-key.ts'
import type { KeyToBeGenerated } from '../../keys/index-keys.ts'
import { onlyKey } from '../../keys/key-range.ts'
import { compareKeys } from '../../keys/key.ts'
import {
  type Completed,
  type Serialized,
  complete,
  isComplete,
  serialize,
} from '../../values/serialize.ts'
import type { Cursor } from './cursor.ts'
import { type ObjectStoreHandle, assertNotDeleted } from '../handles.ts'
import { KeptPut, objectsToKeep } from './kept-put.ts'
import { addedKeyReader, storedKeyReader } from './result-readers.ts'
import { noKey } from './no-key.ts'
import { noInlineKey } from './no-inline-key.ts'
import { Request } from '../request.ts'
import { deleteRecords } from './retrieval.ts'
import { StorableClone } from './storable-clone.ts'
import { executeRequest, placeRequest } from '../execute-request.ts'
import { type Transaction, assertActive } from '../transaction.ts'

/**
 * https://w3c.github.io/IndexedDB/#add-or-put, from the checks of the key on. `explicitKey` undefined: not given.
 *
 * @throws DataError when there is no valid key, DataCloneError, UnknownError when it is too large, whatever script in key or
 * value throws, or what the checks throw that script in the key has made fail.
 */
export function storeRecord(
  store: ObjectStoreHandle,
  value: unknown,
  options: { readonly explicitKey: unknown; readonly overwrite: boolean },
): Request {
  const { explicitKey, overwrite } = options
  // Deviates from browsers: they clone the value before they refuse null as a key; the specification converts the key first.
  const key = explicitKey === undefined ? null : validKey(explicitKey)
  // Spec issue: script in the key may have deleted the store, and its record would belong to none.
  assertNotDeleted(store)
  const generatedKeyPath = !key && store.autoIncrement ? inlineKeyPath(store) : null
  const clone = cloneValue(store.transaction, value, generatedKeyPath)
  const inlineKey = store.keyPath === null ? null : extractInlineKey(store, clone)
  return putRecord({ source: store, store, clone, key: key ?? inlineKey, overwrite })
}

/**
 * Replaces a cursor's current record. https://w3c.github.io/IndexedDB/#dom-idbcursor-update, from the clone on.
 *
 * @throws DataError when the value's key differs from the cursor's.
 */
export function updateCurrentRecord(cursor: Cursor, value: unknown): Request {
  const store = cursor.effectiveStore
  const { position } = cursor
  if (!position) throw new Error('unreachable: the cursor has no current record')
  const clone = cloneValue(store.transaction, value, null)
  if (store.keyPath !== null) {
    const inlineKey = clone.extractKey(store.keyPath)
    if (!(inlineKey instanceof Uint8Array) || compareKeys(inlineKey, position.primaryKey) !== 0) {
      throw domException(
        'DataError',
        `The value's key at "${String(store.keyPath)}" differs from the key of the cursor's record`,
      )
    }
  }
  const key = position.primaryKey
  const request = putRecord({ source: cursor, store, clone, key, overwrite: true })
  keepReadAhead(cursor)
  return request
}

/** https://w3c.github.io/IndexedDB/#dom-idbcursor-delete, from the operation on. */
export function deleteCurrentRecord(cursor: Cursor): Request {
  const { position, effectiveStore } = cursor
  if (!position) throw new Error('unreachable: the cursor has no current record')
  const request = deleteRecords(cursor, effectiveStore, onlyKey(position.primaryKey))
  keepReadAhead(cursor)
  return request
}

/** A store cursor has passed its own record: what it has read ahead stays true. */
function keepReadAhead(cursor: Cursor): void {
  if (cursor.source.indexId === 0) cursor.writesSeen++
}

function validKey(explicitKey: unknown): Uint8Array {
  const key = convertValueToKey(explicitKey)
  if (!key) throw noKey('The key parameter is not a valid key', explicitKey)
  return key
}

/** A key path is one string wherever a key generator can inject a key. */
function inlineKeyPath({ keyPath }: ObjectStoreHandle): string | null {
  return typeof keyPath === 'string' ? keyPath : null
}

/** https://w3c.github.io/IndexedDB/#clone: the transaction is inactive while script in the value runs. */
function cloneValue(
  transaction: Transaction,
  value: unknown,
  generatedKeyPath: string | null,
): StorableClone {
  assertActive(transaction)
  transaction.isMidCall = true
  transaction.state = 'inactive'
  try {
    const { keptAt } = transaction.connection.host
    return new StorableClone(serialize(value, generatedKeyPath, keptAt))
  } finally {
    transaction.isMidCall = false
    // Script may have aborted the transaction meanwhile.
    if (transaction.state === 'inactive') transaction.state = 'active'
  }
}

/** The key inside the value; null when the host generates it. */
function extractInlineKey(store: ObjectStoreHandle, clone: StorableClone): Uint8Array | null {
  const { keyPath } = store
  if (keyPath === null) throw new Error('unreachable: the store has out-of-line keys')
  if (clone.serialized.generatedKeyOffset >= 0) return null
  const key = clone.extractKey(keyPath)
  if (key instanceof Uint8Array) return key
  throw noInlineKey(store, keyPath, clone)
}

interface Put {
  /** What the request's source will be. */
  readonly source: ObjectStoreHandle | Cursor
  readonly store: ObjectStoreHandle
  readonly clone: StorableClone
  /** null: the host generates it. */
  readonly key: Uint8Array | null
  readonly overwrite: boolean
}

function putRecord({ source, store, clone, key, overwrite }: Put): Request {
  const { serialized } = clone
  const { storeId } = store
  const keyToBeGenerated = key ? null : toBeGenerated(store)
  const indexes = store.schema?.indexes
  const indexKeys = indexes && indexes.size > 0 ? clone.indexKeys(indexes, keyToBeGenerated) : null
  const generated = key
    ? null
    : {
        valueOffset: serialized.generatedKeyOffset,
        indexKeyOffsets: keyToBeGenerated?.offsets ?? [],
      }
  const { value } = serialized
  checkRecordSize(store.transaction.connection.host.limits, { key, indexKeys, value }, store.schema)
  store.writeCount++
  const reader = overwrite ? storedKeyReader : addedKeyReader
  const request = new Request(source, store.transaction, reader)
  request.gathered = key
  const operation: PutOperation = {
    type: 'put',
    storeId,
    key,
    value,
    indexKeys,
    overwrite,
    generated,
  }
  if (isComplete(serialized)) return executeRequest(request, operation)
  return executeOnceComplete(request, serialized, operation)
}

/** null where the key is out-of-line: then no index can see it. */
function toBeGenerated({ keyPath }: ObjectStoreHandle): KeyToBeGenerated | null {
  return typeof keyPath === 'string' ? { keyPath, offsets: [] } : null
}

/**
 * The bytes of Blobs and CryptoKeys take time, and so does keeping elsewhere what has none: the request, and all that come
 * after it, wait for them.
 */
function executeOnceComplete(
  request: Request,
  serialized: Serialized,
  operation: PutOperation,
): Request {
  const { transaction } = request
  assertActive(transaction)
  transaction.isMidCall = true
  placeRequest(request)
  const objects = objectsToKeep(serialized)
  const kept = objects.length > 0 ? new KeptPut(request, operation, objects) : null
  const put = { request, operation, kept }
  transaction.holdUntil(
    Promise.all([complete(serialized), kept?.keep()]).then(
      ([completed]) =>
        () =>
          executeCompleted(put, completed),
      (error: unknown) => () => failWaiting(put, error),
    ),
  )
  if (kept) transaction.holdUntil(kept.whenPlaced())
  transaction.isMidCall = false
  return request
}

/** A put that waits for its bytes. */
interface WaitingPut {
  readonly request: Request
  readonly operation: PutOperation
  /** null: nothing of it is kept elsewhere. */
  readonly kept: KeptPut | null
}

function executeCompleted(put: WaitingPut, { value, generatedKeyOffset }: Completed): void {
  const { request, operation, kept } = put
  const { transaction } = request
  if (kept && transaction.state === 'finished') return kept.abandon()
  const { generated } = operation
  const completed = {
    ...operation,
    value,
    generated: generated && { ...generated, valueOffset: generatedKeyOffset },
  }
  try {
    const { host, schema } = transaction.connection
    checkRecordSize(host.limits, completed, schema.stores.get(operation.storeId))
  } catch (error) {
    return failWaiting(put, error)
  }
  transaction.execute(completed, kept ?? request)
}

function failWaiting({ request, kept }: WaitingPut, error: unknown): void {
  kept?.drop()
  const { transaction } = request
  transaction.fail(request, transaction.failureOf(error))
}
