/** A database's schema as rows, read when the database opens. `write-schema.ts` writes them. */
import {
  emptySchema,
  type DatabaseSchema,
  type IndexSchema,
  type ObjectStoreSchema,
} from '../../storage/schema.ts'
import type { Connection } from '../binding/connection.ts'
import { SchemaRow } from './schema-row.ts'
import { keyFormat, valueFormat } from './tables.ts'

const sql = {
  readMeta: `SELECT name, version, key_format, value_format, next_store_id, next_index_id, is_deleted
    FROM meta`,
  readStores: `SELECT id, name, key_path, current_number FROM object_stores ORDER BY id`,
  readIndexes: `SELECT id, store_id, name, key_path, is_unique, is_multi_entry FROM indexes
    ORDER BY id`,
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

/** What a file says of itself that was made just now. */
export const newDatabaseRows: DatabaseRows = {
  name: null,
  keyFormat,
  valueFormat,
  isDeleted: false,
  schema: emptySchema,
  currentNumbers: new Map(),
}

/** What stands in for what cannot be read. */
export interface SchemaRepair {
  /** The database's name: that of the file says that it is. */
  readonly name: string
  /** @throws what is no damage */
  take(error: unknown): void
  /** The ids below `end` of the object stores that there are records of. */
  storeIds(end: number): Iterable<number>
}

/**
 * Reads a database's schema and key generators. `repair`: for a damaged file. Where its name and version cannot be read, the version is 1.
 * @throws StorageError 'corrupt' for rows that no upgrade can have made
 */
export function readDatabaseRows(
  connection: Connection,
  repair: SchemaRepair | null = null,
): DatabaseRows {
  let rows = newDatabaseRows
  const isRead = attempt(repair, () => {
    eachRow(connection, sql.readMeta, (row) => (rows = rowsOf(connection, row, repair)))
  })
  return isRead || !repair ? rows : guessedRows(connection, repair)
}

function rowsOf(connection: Connection, row: SchemaRow, repair: SchemaRepair | null): DatabaseRows {
  const schema = {
    version: row.integer(1, 1),
    stores: readStores(connection, repair && { repair, end: row.integer(4, 1) }),
    nextStoreId: row.integer(4, 1),
    nextIndexId: row.integer(5, 1),
  }
  checkSchema(connection, schema)
  return {
    name: row.name(0),
    keyFormat: row.integer(2, 1),
    valueFormat: row.integer(3, 1),
    isDeleted: row.flag(6),
    schema,
    currentNumbers: readCurrentNumbers(connection, repair),
  }
}

/** What stands in the other tables; the rest is as of a database that was made just now. */
function guessedRows(connection: Connection, repair: SchemaRepair): DatabaseRows {
  const stores = readStores(connection, { repair, end: Infinity })
  const indexIds = [...stores.values()].flatMap(({ indexes }) => [...indexes.keys()])
  const schema = {
    version: 1,
    stores,
    nextStoreId: Math.max(0, ...stores.keys()) + 1,
    nextIndexId: Math.max(0, ...indexIds) + 1,
  }
  checkSchema(connection, schema)
  const currentNumbers = readCurrentNumbers(connection, repair)
  return { ...newDatabaseRows, name: repair.name, schema, currentNumbers }
}

/**
 * The name alone, which may be readable where the rest is not; null: no upgrade was ever committed.
 * @throws StorageError 'corrupt' where it cannot be read
 */
export function readNameRow(connection: Connection): string | null {
  let name: string | null = null
  eachRow(connection, sql.readMeta, (row) => (name = row.name(0)))
  return name
}

/** Lets a repair take what is thrown. Gives whether nothing was. */
function attempt(repair: SchemaRepair | null, read: () => void): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (!repair) throw error
    repair.take(error)
    return false
  }
}

/** `end`: no id is as high. */
function readStores(
  connection: Connection,
  damaged: { readonly repair: SchemaRepair; readonly end: number } | null,
): ReadonlyMap<number, ObjectStoreSchema> {
  const stores = new Map<number, ObjectStoreSchema>()
  const indexes = new Map<number, Map<number, IndexSchema>>()
  const add = (store: Omit<ObjectStoreSchema, 'indexes'>): void => {
    const ofStore = new Map<number, IndexSchema>()
    indexes.set(store.id, ofStore)
    stores.set(store.id, { ...store, indexes: ofStore })
  }
  const repair = damaged?.repair ?? null
  const areAll = attempt(repair, () => eachStoreRow(connection, add))
  if (!areAll && damaged) addGuessed(stores, add, damaged.repair.storeIds(damaged.end))
  attempt(repair, () => readIndexes(connection, indexes))
  return stores
}

function eachStoreRow(
  connection: Connection,
  add: (store: Omit<ObjectStoreSchema, 'indexes'>) => void,
): void {
  eachRow(connection, sql.readStores, (row) =>
    add({
      id: row.id(0),
      name: row.name(1),
      keyPath: row.isNull(2) ? null : row.keyPath(2),
      autoIncrement: !row.isNull(3),
    }),
  )
}

/** Adds a store for each id that has none, under a name that none has. */
function addGuessed(
  stores: ReadonlyMap<number, ObjectStoreSchema>,
  add: (store: Omit<ObjectStoreSchema, 'indexes'>) => void,
  ids: Iterable<number>,
): void {
  for (const id of ids) {
    if (stores.has(id)) continue
    const names = new Set(Array.from(stores.values(), (it) => it.name))
    let name = `store ${id}`
    while (names.has(name)) name += ' (guessed)'
    add({ id, name, keyPath: null, autoIncrement: false })
  }
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

function readCurrentNumbers(
  connection: Connection,
  repair: SchemaRepair | null,
): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>()
  attempt(repair, () =>
    eachRow(connection, sql.readStores, (row) => {
      if (!row.isNull(3)) numbers.set(row.id(0), row.integer(3, 1, Infinity))
    }),
  )
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

function eachRow(connection: Connection, text: string, visit: (row: SchemaRow) => void): void {
  const statement = connection.prepare(text)
  const row = new SchemaRow(connection, statement)
  try {
    while (statement.step()) visit(row)
  } finally {
    statement.reset()
  }
}
