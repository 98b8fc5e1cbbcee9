/**
 * What a database looks like: an immutable snapshot and the changes an upgrade makes to it. Host and core apply the
 * same changes with the same function, so both sides of the seam agree without asking each other.
 */
import type { KeyPath } from '../keys/key-path.ts'

/** https://w3c.github.io/IndexedDB/#index-construct */
export interface IndexSchema {
  /** Unique within the database: ids are never used again. */
  readonly id: number
  readonly name: string
  readonly keyPath: KeyPath
  readonly unique: boolean
  readonly multiEntry: boolean
}

/** https://w3c.github.io/IndexedDB/#object-store-construct */
export interface ObjectStoreSchema {
  /** Unique within the database: ids are never used again. */
  readonly id: number
  readonly name: string
  /** null: out-of-line keys. */
  readonly keyPath: KeyPath | null
  /** Whether the store has a key generator. */
  readonly autoIncrement: boolean
  readonly indexes: ReadonlyMap<number, IndexSchema>
}

/** A database's schema at one moment. Never changed in place: an old reference stays valid as the state to go back to. */
export interface DatabaseSchema {
  /** 0: no upgrade was ever committed. */
  readonly version: number
  readonly stores: ReadonlyMap<number, ObjectStoreSchema>
  /** The id the next store gets; ids start at 1. */
  readonly nextStoreId: number
  /** The id the next index gets; ids start at 1. */
  readonly nextIndexId: number
}

/** One step of an upgrade. */
export type SchemaChange =
  | { readonly type: 'setVersion'; readonly version: number }
  | {
      readonly type: 'createObjectStore'
      /** The store, still without indexes. */
      readonly store: ObjectStoreSchema
    }
  | { readonly type: 'renameObjectStore'; readonly storeId: number; readonly name: string }
  | { readonly type: 'deleteObjectStore'; readonly storeId: number }
  | { readonly type: 'createIndex'; readonly storeId: number; readonly index: IndexSchema }
  | {
      readonly type: 'renameIndex'
      readonly storeId: number
      readonly indexId: number
      readonly name: string
    }
  | { readonly type: 'deleteIndex'; readonly storeId: number; readonly indexId: number }

/** The schema of a database that does not exist yet. */
export const emptySchema: DatabaseSchema = {
  version: 0,
  stores: new Map(),
  nextStoreId: 1,
  nextIndexId: 1,
}

/** The schema after `change`. */
export function applySchemaChange(schema: DatabaseSchema, change: SchemaChange): DatabaseSchema {
  switch (change.type) {
    case 'setVersion':
      return { ...schema, version: change.version }
    case 'createObjectStore': {
      const nextStoreId = Math.max(schema.nextStoreId, change.store.id + 1)
      return { ...withStore(schema, change.store), nextStoreId }
    }
    case 'renameObjectStore':
      return withStore(schema, { ...storeOf(schema, change.storeId), name: change.name })
    case 'deleteObjectStore': {
      const stores = new Map(schema.stores)
      stores.delete(change.storeId)
      return { ...schema, stores }
    }
    case 'createIndex': {
      const nextIndexId = Math.max(schema.nextIndexId, change.index.id + 1)
      return { ...withIndex(schema, change.storeId, change.index), nextIndexId }
    }
    case 'renameIndex': {
      const index = indexOf(schema, change.storeId, change.indexId)
      return withIndex(schema, change.storeId, { ...index, name: change.name })
    }
    case 'deleteIndex': {
      const store = storeOf(schema, change.storeId)
      const indexes = new Map(store.indexes)
      indexes.delete(change.indexId)
      return withStore(schema, { ...store, indexes })
    }
  }
}

/** The store of that id. */
export function storeOf(schema: DatabaseSchema, storeId: number): ObjectStoreSchema {
  const store = schema.stores.get(storeId)
  if (!store) throw new Error(`unreachable: no object store has id ${storeId}`)
  return store
}

/** The index of that id in the store of that id. */
function indexOf(schema: DatabaseSchema, storeId: number, indexId: number): IndexSchema {
  const index = storeOf(schema, storeId).indexes.get(indexId)
  if (!index) throw new Error(`unreachable: object store ${storeId} has no index of id ${indexId}`)
  return index
}

function withStore(schema: DatabaseSchema, store: ObjectStoreSchema): DatabaseSchema {
  return { ...schema, stores: new Map(schema.stores).set(store.id, store) }
}

function withIndex(schema: DatabaseSchema, storeId: number, index: IndexSchema): DatabaseSchema {
  const store = storeOf(schema, storeId)
  return withStore(schema, { ...store, indexes: new Map(store.indexes).set(index.id, index) })
}
