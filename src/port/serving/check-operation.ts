/**
 * What a client may ask of a transaction. The keys it stores are read by other clients, which would take an invalid one for damage;
 * so keys are checked here, while values are checked when they are read.
 */
import { isBound, isInterval } from '../../keys/check-range.ts'
import { keyEnd } from '../../keys/convert-key-to-value.ts'
import { forEachIndexKey } from '../../keys/index-keys.ts'
import type { EncodedRange } from '../../keys/key-range.ts'
import { compareKeys, keyTag } from '../../keys/key.ts'
import { writeNumberKeyBytes } from '../../keys/number-key.ts'
import {
  checkId,
  checkNameLength,
  checkRecordSize,
  type StorageLimits,
} from '../../storage/limits.ts'
import { Tag } from '../../values/format.ts'
import { demand } from '../malformed.ts'
import {
  type DatabaseSchema,
  type IndexSchema,
  isWrite,
  type ObjectStoreSchema,
  type Operation,
  type PutOperation,
  type Scan,
  type SchemaChange,
  type TransactionMode,
} from '../../protocol/protocol.ts'

/** A transaction, as far as it matters here. */
export interface Rights {
  /** As an upgrade has made it so far. */
  readonly schema: DatabaseSchema
  /** How much the engine can store. */
  readonly limits: StorageLimits
  readonly mode: TransactionMode
  /** Its scope; in an upgrade all stores there are. */
  readonly storeIds: readonly number[]
}

/** @throws Malformed for what the transaction has no right to; StorageError for a key that is none; UnknownError beyond a limit */
export function checkOperation(operation: Operation, rights: Rights): void {
  demand(rights.mode !== 'readonly' || !isWrite(operation), 'writes in a read-only transaction')
  if (operation.type === 'changeSchema') {
    demand(rights.mode === 'versionchange', 'changes the schema outside an upgrade')
    return checkChange(operation.change, rights)
  }
  const store = storeInScope(operation.storeId, rights)
  switch (operation.type) {
    case 'put':
      return checkPut(operation, store, rights.limits)
    case 'scan':
      checkSource(operation.indexId, store)
      checkRange(operation.range)
      return checkPosition(operation.after)
    case 'count':
      checkSource(operation.indexId, store)
      return checkRange(operation.range)
    case 'deleteRange':
      return checkRange(operation.range)
    case 'clear':
  }
}

/** @throws Malformed for a scope that a transaction cannot have */
export function checkScope(storeIds: readonly number[], { stores }: DatabaseSchema): void {
  demand(storeIds.length > 0, 'is a transaction without a scope')
  demand(storeIds.length <= stores.size, 'names more object stores than there are')
  demand(new Set(storeIds).size === storeIds.length, 'names an object store twice')
  demand(
    storeIds.every((id) => stores.has(id)),
    'names an object store that does not exist',
  )
}

function storeInScope(storeId: number, { schema, mode, storeIds }: Rights): ObjectStoreSchema {
  const store = schema.stores.get(storeId)
  demand(store !== undefined, 'names an object store that does not exist')
  demand(
    mode === 'versionchange' || storeIds.includes(storeId),
    "names an object store outside the transaction's scope",
  )
  return store
}

function checkSource(indexId: number, { indexes }: ObjectStoreSchema): void {
  demand(indexId === 0 || indexes.has(indexId), 'names an index that does not exist')
}

function checkRange(range: EncodedRange): void {
  demand(isInterval(range), 'has an invalid key range')
}

function checkPosition(after: Scan['after']): void {
  if (!after) return
  const { key, primaryKey } = after
  // An empty one comes before all of an index's primary keys.
  const isPosition = isBound(key) && (primaryKey.length === 0 || isBound(primaryKey))
  demand(isPosition, 'has an invalid position')
}

function checkPut(put: PutOperation, store: ObjectStoreSchema, limits: StorageLimits): void {
  const { key, value, indexKeys } = put
  demand(value.length > 0, 'has an empty value')
  if (key) demand(keyEnd(key, 0) === key.length, 'has an invalid key')
  else checkGenerated(put, store)
  if (indexKeys) checkIndexKeys(indexKeys, store)
  checkRecordSize(limits, put, store)
}

/** The places of a key to be generated; the caller looks at the index keys with a number there. */
function checkGenerated({ value, indexKeys, generated }: PutOperation, store: ObjectStoreSchema) {
  demand(generated !== null, 'lacks a key')
  demand(store.autoIncrement, 'lacks a key, which this store does not generate')
  const { valueOffset, indexKeyOffsets } = generated
  const isInline = store.keyPath !== null
  demand(isInline === valueOffset >= 0, 'has no place in its value for the generated key')
  if (isInline)
    demand(
      holdsNumber(value.bytes, valueOffset, Tag.number),
      'has no place in its value for the generated key',
    )
  for (const offset of indexKeyOffsets) {
    demand(
      indexKeys !== null && holdsNumber(indexKeys, offset, keyTag.number),
      'has no place for an index key',
    )
    writeNumberKeyBytes(indexKeys, offset, telltaleNumber)
  }
}

/**
 * Its bytes (C3 3F FF FF FF FF FF FF) are valid only in the place of a number: within a string, a binary, another number or the
 * lengths before a key they make the block invalid.
 */
const telltaleNumber = 2 ** 53 - 1

/** Whether there is a tag before the offset, and room for a number's eight bytes after it. */
function holdsNumber(bytes: Uint8Array, offset: number, tag: number): boolean {
  return bytes[offset - 1] === tag && offset + 8 <= bytes.length
}

/** Each entry's index is the store's, they come by id, and the keys of one index sorted. */
function checkIndexKeys(block: Uint8Array, { indexes }: ObjectStoreSchema): void {
  let lastId = 0
  let lastKey: Uint8Array = new Uint8Array()
  forEachIndexKey(block, (id, start, end) => {
    const index = indexes.get(id)
    demand(index !== undefined, 'has a key for an index that does not exist')
    const key = block.subarray(start, end)
    demand(keyEnd(block, start) === end, 'has an invalid index key')
    const follows = id > lastId || (isSeveralIn(index, lastId) && compareKeys(lastKey, key) < 0)
    demand(follows, 'has index keys out of order')
    lastId = id
    lastKey = key
  })
}

function isSeveralIn({ id, multiEntry }: IndexSchema, lastId: number): boolean {
  return multiEntry && id === lastId
}

/** What a change goes by. */
type ChangeRights = Pick<Rights, 'schema' | 'limits'>

function checkChange(change: SchemaChange, rights: ChangeRights): void {
  const { schema, limits } = rights
  switch (change.type) {
    case 'createObjectStore':
      return checkNewStore(change.store, rights)
    case 'createIndex':
      return checkNewIndex(change.index, storeNamed(change.storeId, schema), rights)
    case 'renameObjectStore': {
      const others = without(schema.stores, storeNamed(change.storeId, schema))
      return checkName(limits, "An object store's name", { name: change.name, others })
    }
    case 'renameIndex': {
      const { indexes } = storeNamed(change.storeId, schema)
      const index = indexes.get(change.indexId)
      demand(index !== undefined, 'names an index that does not exist')
      return checkName(limits, "An index's name", {
        name: change.name,
        others: without(indexes, index),
      })
    }
    case 'deleteObjectStore':
      return void storeNamed(change.storeId, schema)
    case 'deleteIndex':
      return checkSource(change.indexId, storeNamed(change.storeId, schema))
    case 'setVersion':
      demand(false, 'sets the version, which only the owner may do')
  }
}

function storeNamed(storeId: number, { stores }: DatabaseSchema): ObjectStoreSchema {
  const store = stores.get(storeId)
  demand(store !== undefined, 'names an object store that does not exist')
  return store
}

function checkNewStore(store: ObjectStoreSchema, { schema, limits }: ChangeRights): void {
  const { stores, nextStoreId } = schema
  const { id, name, keyPath, autoIncrement, indexes } = store
  demand(id === nextStoreId && indexes.size === 0, 'creates an object store that is not new')
  checkId(limits, 'object stores', id)
  const cannotInject = keyPath === '' || Array.isArray(keyPath)
  demand(!(autoIncrement && cannotInject), 'has a key path where no key can be put')
  checkName(limits, "An object store's name", { name, others: [...stores.values()] })
  checkNameLength(limits, "An object store's key path", JSON.stringify(keyPath))
}

function checkNewIndex(
  { id, name, keyPath, multiEntry }: IndexSchema,
  { indexes }: ObjectStoreSchema,
  { schema, limits }: ChangeRights,
): void {
  demand(id === schema.nextIndexId, 'creates an index that is not new')
  checkId(limits, 'indexes', id)
  demand(!(multiEntry && Array.isArray(keyPath)), 'is an index that cannot be multiEntry')
  checkName(limits, "An index's name", { name, others: [...indexes.values()] })
  checkNameLength(limits, "An index's key path", JSON.stringify(keyPath))
}

interface Named {
  readonly name: string
}

function checkName(
  limits: StorageLimits,
  what: string,
  { name, others }: { name: string; others: readonly Named[] },
): void {
  checkNameLength(limits, what, name)
  demand(
    others.every((other) => other.name !== name),
    'has a name that is taken',
  )
}

function without<Item extends Named>(items: ReadonlyMap<number, Item>, one: Item): Item[] {
  return [...items.values()].filter((item) => item !== one)
}
