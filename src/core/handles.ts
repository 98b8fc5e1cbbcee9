/**
 * Object store handles and index handles: a store or index as one transaction sees it. Both can be read from, so both
 * are a `Source`.
 */
import { domException } from '../errors.ts'
import type {
  DatabaseSchema,
  IndexSchema,
  KeyPath,
  ObjectStoreSchema,
} from '../protocol/protocol.ts'
import type { Transaction } from './transaction.ts'

export type { ObjectStoreSchema }

/** What retrieval and cursors read from: an object store handle or an index handle. */
export interface Source {
  readonly transaction: Transaction
  readonly storeId: number
  /** 0: the object store itself. */
  readonly indexId: number
  /** The effective object store. */
  readonly store: ObjectStoreHandle
  readonly isDeleted: boolean
  readonly name: string
}

/** https://w3c.github.io/IndexedDB/#object-store-handle-construct */
export class ObjectStoreHandle implements Source {
  readonly transaction: Transaction
  readonly storeId: number
  readonly indexId = 0
  readonly keyPath: KeyPath | null
  readonly autoIncrement: boolean
  /** Differs from the store's name only when the store was renamed and then deleted, or was never committed. */
  name: string
  /** What script sees; null until it has. */
  handle: object | null = null
  /** How often the transaction has written the store's records; cursors drop their read-ahead by it. */
  writeCount = 0
  /** The one made before it in the same transaction; null for the first. */
  next: ObjectStoreHandle | null = null
  /** Index handles by index id; null until the first is asked for. */
  indexHandles: Map<number, IndexHandle> | null = null

  constructor(transaction: Transaction, { id, name, keyPath, autoIncrement }: ObjectStoreSchema) {
    this.transaction = transaction
    this.storeId = id
    this.name = name
    this.keyPath = keyPath
    this.autoIncrement = autoIncrement
  }

  get store(): this {
    return this
  }

  /** undefined once deleted. */
  get schema(): ObjectStoreSchema | undefined {
    return this.transaction.connection.schema.stores.get(this.storeId)
  }

  get isDeleted(): boolean {
    return this.schema === undefined
  }

  /** https://w3c.github.io/IndexedDB/#object-store-handle-index-set: none once deleted. */
  get indexes(): Iterable<IndexSchema> {
    return this.schema?.indexes.values() ?? []
  }

  /** https://w3c.github.io/IndexedDB/#abort-an-upgrade-transaction, steps 5 and 6. */
  revert(oldSchema: DatabaseSchema): void {
    const old = oldSchema.stores.get(this.storeId)
    if (!old) return
    this.name = old.name
    for (const index of this.indexHandles?.values() ?? []) {
      index.name = old.indexes.get(index.indexId)?.name ?? index.name
    }
  }
}

/** https://w3c.github.io/IndexedDB/#index-handle-construct */
export class IndexHandle implements Source {
  readonly store: ObjectStoreHandle
  readonly indexId: number
  readonly keyPath: KeyPath
  readonly unique: boolean
  readonly multiEntry: boolean
  /** See `ObjectStoreHandle.name`. */
  name: string
  /** What script sees; null until it has. */
  handle: object | null = null

  constructor(store: ObjectStoreHandle, { id, name, keyPath, unique, multiEntry }: IndexSchema) {
    this.store = store
    this.indexId = id
    this.name = name
    this.keyPath = keyPath
    this.unique = unique
    this.multiEntry = multiEntry
  }

  get transaction(): Transaction {
    return this.store.transaction
  }

  get storeId(): number {
    return this.store.storeId
  }

  get isDeleted(): boolean {
    return !this.store.schema?.indexes.has(this.indexId)
  }
}

/** @throws InvalidStateError when the object store or index, or the index's object store, was deleted. */
export function assertNotDeleted(source: Source): void {
  if (!source.isDeleted) return
  const kind = source.indexId === 0 ? 'Object store' : 'Index'
  throw domException('InvalidStateError', `${kind} "${source.name}" has been deleted`)
}

/** The handle of a store in the transaction's scope; the same one each time. null when no store has that name there. */
export function objectStoreHandle(
  transaction: Transaction,
  name: string,
): ObjectStoreHandle | null {
  for (const schema of transaction.connection.schema.stores.values()) {
    if (schema.name === name && isInScope(transaction, schema)) return handleOf(transaction, schema)
  }
  return null
}

/** The handle of that store, made when it is first asked for. */
export function handleOf(transaction: Transaction, schema: ObjectStoreSchema): ObjectStoreHandle {
  for (let known = transaction.handles; known; known = known.next) {
    if (known.storeId === schema.id) return known
  }
  const handle = new ObjectStoreHandle(transaction, schema)
  handle.next = transaction.handles
  transaction.handles = handle
  return handle
}

/** The handle of an index by name; the same one each time. null when the store has no such index. */
export function indexHandle(store: ObjectStoreHandle, name: string): IndexHandle | null {
  for (const schema of store.indexes) {
    if (schema.name === name) return indexHandleOf(store, schema)
  }
  return null
}

/** The handle of that index, made when it is first asked for. */
export function indexHandleOf(store: ObjectStoreHandle, schema: IndexSchema): IndexHandle {
  const handles = (store.indexHandles ??= new Map<number, IndexHandle>())
  const known = handles.get(schema.id)
  if (known) return known
  const handle = new IndexHandle(store, schema)
  handles.set(schema.id, handle)
  return handle
}

/** The object stores in a transaction's scope. https://w3c.github.io/IndexedDB/#transaction-scope */
export function* scopeOf(transaction: Transaction): Iterable<ObjectStoreSchema> {
  for (const store of transaction.connection.schema.stores.values()) {
    if (isInScope(transaction, store)) yield store
  }
}

function isInScope({ scope }: Transaction, { id }: ObjectStoreSchema): boolean {
  return !scope || scope.includes(id)
}
