/** A database's schema as rows: reading it when the database opens, and each change an upgrade makes. */
import {
  emptySchema,
  type DatabaseSchema,
  type IndexSchema,
  type ObjectStoreSchema,
  type SchemaChange,
} from '../storage/schema.ts'
import type { Connection } from './binding/connection.ts'
import { SchemaRow } from './schema-row.ts'
import { keyFormat, valueFormat } from './tables.ts'
import { encodeUtf16 } from './utf16.ts'

const sql = {
  readMeta: `SELECT name, version, key_format, value_format, next_store_id, next_index_id, is_deleted
    FROM meta`,
  readStores: `SELECT id, name, key_path, current_number FROM object_stores ORDER BY id`,
  readIndexes: `SELECT id, store_id, name, key_path, is_unique, is_multi_entry FROM indexes
    ORDER BY id`,
  setVersion: `INSERT INTO meta
    (id, name, readable_name, version, key_format, value_format, next_store_id, next_index_id)
    VALUES (1, ?1, ?2, ?3, ?4, ?5, 1, 1)
    ON CONFLICT DO UPDATE SET version = excluded.version`,
  setNextIds: `UPDATE meta SET next_store_id = max(next_store_id, ?1),
    next_index_id = max(next_index_id, ?2)`,
  insertStore: `INSERT INTO object_stores (id, name, readable_name, key_path, current_number)
    VALUES (?1, ?2, ?3, ?4, ?5)`,
  renameStore: `UPDATE object_stores SET name = ?2, readable_name = ?3 WHERE id = ?1`,
  deleteStore: `DELETE FROM object_stores WHERE id = ?1`,
  deleteStoreIndexes: `DELETE FROM indexes WHERE store_id = ?1`,
  insertIndex: `INSERT INTO indexes
    (id, name, readable_name, key_path, store_id, is_unique, is_multi_entry)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
  renameIndex: `UPDATE indexes SET name = ?2, readable_name = ?3 WHERE id = ?1`,
  deleteIndex: `DELETE FROM indexes WHERE id = ?1`,
  setCurrentNumber: `UPDATE object_stores SET current_number = ?2 WHERE id = ?1`,
  markDeleted: `UPDATE meta SET is_deleted = 1`,
}

/** What a file says of itself. */
export interface DatabaseRows {
  /** null: no upgrade was ever committed. */
  readonly name: string | null
  readonly keyFormat: number
  readonly valueFormat: number
  /** A deletion was under way. */
  readonly isDeleted: boolean
  readonly schema: DatabaseSchema
  readonly currentNumbers: ReadonlyMap<number, number>
}

/**
 * Reads a database's schema and key generators.
 * @throws StorageError 'corrupt' for rows that no upgrade can have made
 */
export function readDatabaseRows(connection: Connection): DatabaseRows {
  let rows: DatabaseRows = {
    name: null,
    keyFormat,
    valueFormat,
    isDeleted: false,
    schema: emptySchema,
    currentNumbers: new Map(),
  }
  eachRow(connection, sql.readMeta, (row) => {
    const schema = {
      version: row.integer(1, 1),
      stores: readStores(connection),
      nextStoreId: row.integer(4, 1),
      nextIndexId: row.integer(5, 1),
    }
    checkSchema(connection, schema)
    rows = {
      name: row.name(0),
      keyFormat: row.integer(2, 1),
      valueFormat: row.integer(3, 1),
      isDeleted: row.flag(6),
      schema,
      currentNumbers: readCurrentNumbers(connection),
    }
  })
  return rows
}

/** Makes one step of an upgrade in the schema's tables; the records are not its matter. */
export function writeSchemaChange(
  connection: Connection,
  databaseName: string,
  change: SchemaChange,
): void {
  switch (change.type) {
    case 'setVersion':
      return writeRow(connection, sql.setVersion, (row) => {
        row.name(1, databaseName)
        row.integer(3, change.version)
        row.integer(4, keyFormat)
        row.integer(5, valueFormat)
      })
    case 'createObjectStore':
      writeStore(connection, change.store)
      return writeNextIds(connection, change.store.id + 1, 1)
    case 'renameObjectStore':
      return writeName(connection, sql.renameStore, { id: change.storeId, name: change.name })
    case 'deleteObjectStore':
      writeId(connection, sql.deleteStoreIndexes, change.storeId)
      return writeId(connection, sql.deleteStore, change.storeId)
    case 'createIndex':
      writeIndex(connection, change.storeId, change.index)
      return writeNextIds(connection, 1, change.index.id + 1)
    case 'renameIndex':
      return writeName(connection, sql.renameIndex, { id: change.indexId, name: change.name })
    case 'deleteIndex':
      return writeId(connection, sql.deleteIndex, change.indexId)
  }
}

/** Stores a key generator's current number. */
export function writeCurrentNumber(
  connection: Connection,
  storeId: number,
  currentNumber: number,
): void {
  const statement = connection.prepare(sql.setCurrentNumber)
  statement.bindInt(1, storeId)
  statement.bindDouble(2, currentNumber)
  statement.run()
}

/** Marks the database as being deleted. */
export function writeDeletedMark(connection: Connection): void {
  connection.execute(sql.markDeleted)
}

function readStores(connection: Connection): ReadonlyMap<number, ObjectStoreSchema> {
  const stores = new Map<number, ObjectStoreSchema>()
  const indexes = new Map<number, Map<number, IndexSchema>>()
  eachRow(connection, sql.readStores, (row) => {
    const id = row.id(0)
    const ofStore = new Map<number, IndexSchema>()
    indexes.set(id, ofStore)
    stores.set(id, {
      id,
      name: row.name(1),
      keyPath: row.isNull(2) ? null : row.keyPath(2),
      autoIncrement: !row.isNull(3),
      indexes: ofStore,
    })
  })
  readIndexes(connection, indexes)
  return stores
}

/** Puts each index into the map of its store. */
function readIndexes(
  connection: Connection,
  byStore: ReadonlyMap<number, Map<number, IndexSchema>>,
): void {
  eachRow(connection, sql.readIndexes, (row) => {
    const indexes = byStore.get(row.id(1))
    if (!indexes) throw connection.damage('its schema has an index of no object store')
    const id = row.id(0)
    indexes.set(id, {
      id,
      name: row.name(2),
      keyPath: row.keyPath(3),
      unique: row.flag(4),
      multiEntry: row.flag(5),
    })
  })
}

function readCurrentNumbers(connection: Connection): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>()
  eachRow(connection, sql.readStores, (row) => {
    if (!row.isNull(3)) numbers.set(row.id(0), row.integer(3, 1, Infinity))
  })
  return numbers
}

/** What rows can be wrong about together: each by itself has been looked at. */
function checkSchema(connection: Connection, { stores, ...next }: DatabaseSchema): void {
  const all = [...stores.values()]
  checkNames(connection, all)
  for (const { id, keyPath, autoIncrement, indexes } of all) {
    if (autoIncrement && (keyPath === '' || Array.isArray(keyPath))) {
      throw connection.damage('its schema has a key generator where none can be')
    }
    if (id >= next.nextStoreId) throw connection.damage('an object store has an id of the future')
    checkIndexes(connection, [...indexes.values()], next.nextIndexId)
  }
}

function checkIndexes(
  connection: Connection,
  indexes: readonly IndexSchema[],
  nextIndexId: number,
): void {
  checkNames(connection, indexes)
  for (const { id, keyPath, multiEntry } of indexes) {
    if (multiEntry && Array.isArray(keyPath)) {
      throw connection.damage('its schema has a multi-entry index over several key paths')
    }
    if (id >= nextIndexId) throw connection.damage('an index has an id of the future')
  }
}

function checkNames(connection: Connection, named: readonly { readonly name: string }[]): void {
  if (new Set(named.map(({ name }) => name)).size === named.length) return
  throw connection.damage('its schema has a name twice')
}

function writeStore(connection: Connection, store: ObjectStoreSchema): void {
  writeRow(connection, sql.insertStore, (row) => {
    row.integer(1, store.id)
    row.name(2, store.name)
    if (store.keyPath === null) row.null(4)
    else row.text(4, JSON.stringify(store.keyPath))
    if (store.autoIncrement) row.integer(5, 1)
    else row.null(5)
  })
}

function writeIndex(connection: Connection, storeId: number, index: IndexSchema): void {
  writeRow(connection, sql.insertIndex, (row) => {
    row.integer(1, index.id)
    row.name(2, index.name)
    row.text(4, JSON.stringify(index.keyPath))
    row.integer(5, storeId)
    row.integer(6, index.unique ? 1 : 0)
    row.integer(7, index.multiEntry ? 1 : 0)
  })
}

function writeNextIds(connection: Connection, nextStoreId: number, nextIndexId: number): void {
  writeRow(connection, sql.setNextIds, (row) => {
    row.integer(1, nextStoreId)
    row.integer(2, nextIndexId)
  })
}

function writeName(
  connection: Connection,
  text: string,
  { id, name }: { id: number; name: string },
): void {
  writeRow(connection, text, (row) => {
    row.integer(1, id)
    row.name(2, name)
  })
}

function writeId(connection: Connection, text: string, id: number): void {
  writeRow(connection, text, (row) => row.integer(1, id))
}

/** The parameters of one row of the schema's tables. */
interface Row {
  integer(index: number, value: number): void
  null(index: number): void
  text(index: number, value: string): void
  /** Takes two parameters: the name's bytes, and behind them the readable text. */
  name(index: number, value: string): void
}

const encoder = new TextEncoder()

/** Runs a statement with the parameters `fill` gives it. */
function writeRow(connection: Connection, text: string, fill: (row: Row) => void): void {
  const statement = connection.prepare(text)
  const blobs: { index: number; bytes: Uint8Array; isText: boolean }[] = []
  fill({
    integer: (index, value) => statement.bindInteger(index, value),
    null: (index) => statement.bindNull(index),
    text: (index, value) => blobs.push({ index, bytes: encoder.encode(value), isText: true }),
    name: (index, value) => {
      blobs.push({ index, bytes: encodeUtf16(value), isText: false })
      blobs.push({ index: index + 1, bytes: encoder.encode(value), isText: true })
    },
  })
  const { scratch } = connection.engine
  scratch.reserve(blobs.reduce((sum, { bytes }) => sum + bytes.length, 0))
  for (const { index, bytes, isText } of blobs) {
    const pointer = scratch.put(bytes)
    if (isText) statement.bindText(index, pointer, bytes.length)
    else statement.bindBlob(index, pointer, bytes.length)
  }
  statement.run()
}

function eachRow(connection: Connection, text: string, visit: (row: SchemaRow) => void): void {
  const statement = connection.prepare(text)
  const row = new SchemaRow(connection, statement)
  try {
    while (statement.step()) visit(row)
  } finally {
    statement.reset()
  }
}
