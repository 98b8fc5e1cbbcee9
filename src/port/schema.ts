/** Schemas and their changes as they come over a port. Each function throws Malformed for what is none. */
import type { KeyPath } from '../keys/key-path.ts'
import type {
  DatabaseSchema,
  IndexSchema,
  ObjectStoreSchema,
  SchemaChange,
} from '../storage/schema.ts'
import {
  booleanOf,
  demand,
  integerOf,
  listOf,
  Malformed,
  mapOf,
  membersOf,
  stringOf,
} from './malformed.ts'

/** A database's schema, from its owner. */
export function schemaOf(value: unknown): DatabaseSchema {
  const { version, stores, nextStoreId, nextIndexId } = membersOf(value)
  return {
    version: integerOf(version, 0),
    stores: mapOf(stores, objectStoreOf),
    nextStoreId: integerOf(nextStoreId, 1),
    nextIndexId: integerOf(nextIndexId, 1),
  }
}

/** A step of an upgrade; that of its version is the owner's own. */
export function schemaChangeOf(value: unknown): SchemaChange {
  const members = membersOf(value)
  const { type } = members
  switch (type) {
    case 'createObjectStore':
      return { type, store: objectStoreOf(members['store']) }
    case 'renameObjectStore':
      return { type, storeId: idOf(members['storeId']), name: stringOf(members['name']) }
    case 'deleteObjectStore':
      return { type, storeId: idOf(members['storeId']) }
    case 'createIndex':
      return { type, storeId: idOf(members['storeId']), index: indexOf(members['index']) }
    case 'renameIndex': {
      const name = stringOf(members['name'])
      return { type, storeId: idOf(members['storeId']), indexId: idOf(members['indexId']), name }
    }
    case 'deleteIndex':
      return { type, storeId: idOf(members['storeId']), indexId: idOf(members['indexId']) }
  }
  throw new Malformed('asks for an unknown change of the schema')
}

function objectStoreOf(value: unknown): ObjectStoreSchema {
  const { id, name, keyPath, autoIncrement, indexes } = membersOf(value)
  return {
    id: idOf(id),
    name: stringOf(name),
    keyPath: keyPath === null ? null : keyPathOf(keyPath),
    autoIncrement: booleanOf(autoIncrement),
    indexes: mapOf(indexes, indexOf),
  }
}

function indexOf(value: unknown): IndexSchema {
  const { id, name, keyPath, unique, multiEntry } = membersOf(value)
  return {
    id: idOf(id),
    name: stringOf(name),
    keyPath: keyPathOf(keyPath),
    unique: booleanOf(unique),
    multiEntry: booleanOf(multiEntry),
  }
}

function idOf(value: unknown): number {
  return integerOf(value, 1)
}

/** By its shape: which letters a path may have is another question for each version of Unicode. */
function keyPathOf(value: unknown): KeyPath {
  if (typeof value === 'string') return value
  const list = listOf(value, stringOf)
  demand(list.length > 0, 'has a key path without parts')
  return list
}
