/** Statements about databases, object stores and indexes. */
import { named } from './named.ts'
import { entriesOfIndexGone, entriesOfStoreGone } from './record-statements.ts'
import type { Statement } from '../wire/statement.ts'

/** Of one schema. Names and key paths are bytes. */
export interface SchemaStatements {
  /** `$1` name, without a lock that would stop upgrades for longer than this transaction: number, version, epoch, next ids. */
  readonly findShared: Statement
  /** The same, and nothing else can have the database until the transaction ends. */
  readonly findAlone: Statement
  /** Makes a database of version 0 where there is none: `$1` name. */
  readonly make: Statement
  readonly list: Statement
  /** The stores of a database with that name: `$1`. */
  readonly stores: Statement
  readonly indexes: Statement
  /** `$1` database. Locks its stores against all who still use it. */
  readonly raiseEpoch: Statement
  readonly raiseStores: Statement
  readonly numbers: Statement
  /** `$1` database, `$2` version. */
  readonly setVersion: Statement
  /** `$1` database, `$2` id, `$3` name, `$4` key path, `$5` whether it has a key generator. */
  readonly createStore: Statement
  /** `$1` database, `$2` id, `$3` name. */
  readonly renameStore: Statement
  /** `$1` database, `$2` id. */
  readonly deleteStore: Statement
  /** `$1` database, `$2` store, `$3` id, `$4` name, `$5` key path, `$6` unique, `$7` multiEntry. */
  readonly createIndex: Statement
  /** `$1` database, `$2` id, `$3` name. */
  readonly renameIndex: Statement
  /** `$1` database, `$2` id. */
  readonly deleteIndex: Statement
  /** `$1` database. */
  readonly deleteDatabase: Statement
}

/** The statements in a schema, whose name is quoted. */
export function schemaStatements(schema: string): SchemaStatements {
  const find = `SELECT id, version, epoch, next_store, next_index FROM ${schema}.databases`
  const byName = 'sha256(name) = sha256($1::bytea)'
  // One by one, so that those of other databases are not read.
  const ofName = (table: string): string =>
    `FROM ${schema}.databases d CROSS JOIN LATERAL (SELECT * FROM ${schema}.${table} WHERE db = d.id ORDER BY id OFFSET 0) t WHERE sha256(d.name) = sha256($1::bytea)`
  const from = (table: string, rest = ''): string =>
    `DELETE FROM ${schema}.${table} WHERE db = $1${rest}`
  return named({
    findShared: `${find} WHERE ${byName} FOR KEY SHARE`,
    findAlone: `${find} WHERE ${byName} FOR UPDATE`,
    make: `INSERT INTO ${schema}.databases (name, version, epoch, next_store, next_index) VALUES ($1, 0, 0, 1, 1) ON CONFLICT (sha256(name)) DO NOTHING`,
    list: `SELECT name, version FROM ${schema}.databases WHERE version > 0 ORDER BY name`,
    stores: `SELECT t.id, t.name, t.key_path, t.auto ${ofName('stores')} ORDER BY t.id`,
    indexes: `SELECT t.id, t.store, t.name, t.key_path, t.is_unique, t.multi_entry ${ofName('indexes')} ORDER BY t.id`,
    raiseEpoch: `UPDATE ${schema}.databases SET epoch = epoch + 1 WHERE id = $1 RETURNING epoch`,
    raiseStores: `UPDATE ${schema}.stores SET epoch = epoch + 1 WHERE db = $1`,
    numbers: `SELECT id, current_number FROM ${schema}.stores WHERE db = $1`,
    setVersion: `UPDATE ${schema}.databases SET version = $2 WHERE id = $1`,
    createStore: `WITH numbered AS (UPDATE ${schema}.databases SET next_store = greatest(next_store, $2 + 1) WHERE id = $1) INSERT INTO ${schema}.stores (db, id, name, key_path, auto, current_number, epoch) SELECT $1, $2, $3, $4, $5, 1, epoch FROM ${schema}.databases WHERE id = $1`,
    renameStore: `UPDATE ${schema}.stores SET name = $3 WHERE db = $1 AND id = $2`,
    deleteStore: `WITH r AS (${from('records', ' AND store = $2')}), c AS (${from('chunks', ' AND store = $2')}), e AS (${entriesOfStoreGone(schema)}), i AS (${from('indexes', ' AND store = $2')}) ${from('stores', ' AND id = $2')}`,
    createIndex: `WITH numbered AS (UPDATE ${schema}.databases SET next_index = greatest(next_index, $3 + 1) WHERE id = $1) INSERT INTO ${schema}.indexes (db, store, id, name, key_path, is_unique, multi_entry) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    renameIndex: `UPDATE ${schema}.indexes SET name = $3 WHERE db = $1 AND id = $2`,
    deleteIndex: `WITH e AS (${entriesOfIndexGone(schema)}) ${from('indexes', ' AND id = $2')}`,
    deleteDatabase: `WITH r AS (${from('records')}), c AS (${from('chunks')}), e AS (${from('entries')}), i AS (${from('indexes')}), s AS (${from('stores')}) DELETE FROM ${schema}.databases WHERE id = $1`,
  })
}
