/** Each change an upgrade makes to a database's schema, written as rows. `schema-rows.ts` reads them. */
import type {
  DatabaseSchema,
  IndexSchema,
  ObjectStoreSchema,
  SchemaChange,
} from '../../storage/schema.ts'
import type { Connection } from '../binding/connection.ts'
import type { Statement } from '../binding/statement.ts'
import { keyFormat, valueFormat } from './tables.ts'
import { encodeUtf16 } from '../../files/utf16.ts'

const sql = {
  writeMeta: `INSERT INTO meta
    (id, name, readable_name, version, key_format, value_format, next_store_id, next_index_id)
    VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT DO UPDATE SET version = excluded.version,
      next_store_id = excluded.next_store_id, next_index_id = excluded.next_index_id`,
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

/** Writes what an upgrade has made of the database itself: its version, and the next ids. */
export function writeMeta(connection: Connection, name: string, schema: DatabaseSchema): void {
  const { version, nextStoreId, nextIndexId } = schema
  writeRow(connection, sql.writeMeta, [
    ...nameColumns(name),
    version,
    keyFormat,
    valueFormat,
    nextStoreId,
    nextIndexId,
  ])
}

/** Makes one step of an upgrade in the tables of stores and indexes; the rest is for `writeMeta()` at its end. */
export function writeSchemaChange(connection: Connection, change: SchemaChange): void {
  switch (change.type) {
    case 'setVersion':
      return
    case 'createObjectStore':
      return writeStore(connection, change.store)
    case 'renameObjectStore':
      return writeRow(connection, sql.renameStore, [change.storeId, ...nameColumns(change.name)])
    case 'deleteObjectStore':
      writeRow(connection, sql.deleteStoreIndexes, [change.storeId])
      return writeRow(connection, sql.deleteStore, [change.storeId])
    case 'createIndex':
      return writeIndex(connection, change.storeId, change.index)
    case 'renameIndex':
      return writeRow(connection, sql.renameIndex, [change.indexId, ...nameColumns(change.name)])
    case 'deleteIndex':
      return writeRow(connection, sql.deleteIndex, [change.indexId])
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

function writeStore(connection: Connection, store: ObjectStoreSchema): void {
  writeRow(connection, sql.insertStore, [
    store.id,
    ...nameColumns(store.name),
    store.keyPath === null ? null : JSON.stringify(store.keyPath),
    store.autoIncrement ? 1 : null,
  ])
}

function writeIndex(connection: Connection, storeId: number, index: IndexSchema): void {
  writeRow(connection, sql.insertIndex, [
    index.id,
    ...nameColumns(index.name),
    JSON.stringify(index.keyPath),
    storeId,
    index.unique ? 1 : 0,
    index.multiEntry ? 1 : 0,
  ])
}

/** Blobs, text and integers. */
type Parameter = Uint8Array | string | number | null

/** A name as the tables have it: twice. */
function nameColumns(name: string): [Parameter, Parameter] {
  return [encodeUtf16(name), name]
}

/** Runs a statement with these parameters, the first for ?1. */
function writeRow(connection: Connection, text: string, parameters: readonly Parameter[]): void {
  const statement = connection.prepare(text)
  connection.engine.scratch.reserve(parameters.reduce(addSize, 0))
  parameters.forEach((parameter, i) => bind(connection, statement, i + 1, parameter))
  statement.run()
}

/** Adds the most a parameter may take in the heap. */
function addSize(sum: number, parameter: Parameter): number {
  if (typeof parameter === 'string') return sum + mostUtf8Bytes(parameter)
  return typeof parameter === 'object' && parameter ? sum + parameter.length : sum
}

/**
 * Engine: a function of its own. Were the lengths of texts and of bytes asked for by one, V8 11.3 (Node 20) would read that of
 * a text before it knows that the parameter is none, and crash at a number.
 */
function mostUtf8Bytes(text: string): number {
  return text.length * 3
}

function bind(
  { engine: { scratch } }: Connection,
  statement: Statement,
  index: number,
  parameter: Parameter,
): void {
  if (parameter === null) return statement.bindNull(index)
  if (typeof parameter === 'number') return statement.bindInteger(index, parameter)
  if (typeof parameter !== 'string') {
    return statement.bindBlob(index, scratch.put(parameter), parameter.length)
  }
  const pointer = scratch.end
  statement.bindText(index, pointer, scratch.putText(parameter))
}
