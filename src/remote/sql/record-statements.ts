/** Statements about records, chunks and entries. `$1` is the database and `$2` the object store, if not said otherwise. */
import type { Statement } from '../wire/statement.ts'
import { named } from './named.ts'

/** Of one schema. */
export interface RecordStatements {
  /**
   * Stores records and replaces those with the same keys: `$3` keys, no two the same, `$4` values, `$5` the lowest and `$6` the highest key.
   * Where nothing lies between these, which the lock of the store keeps so, no key is looked up, which takes half of the time.
   */
  readonly store: Statement
  /** The same for one record, without an array. */
  readonly storeOne: Statement
  /** Stores records whose keys are free, with their entries, and gives the keys that were: `$5` index ids, `$6` their keys, `$7` keys. */
  readonly add: Statement
  /** Stores a record whose value comes in parts: `$3` key, `$4` how many parts. */
  readonly storeLong: Statement
  /** `$3` key, `$4` number, `$5` part. */
  readonly storePart: Statement
  /** Deletes the entries of records: `$3` keys. */
  readonly removeEntries: Statement
  /** `$3` index ids, `$4` their keys, `$5` keys. */
  readonly storeEntries: Statement
  /** Which of these keys are taken: `$3`. */
  readonly findKeys: Statement
  /** Who has these keys of indexes: `$2` index ids, `$3` their keys. Gives the place from 1, and the record's key. */
  readonly findEntries: Statement
  /** Deletes records with everything of theirs: `$3` keys. */
  readonly removeKeys: Statement
  /** From `$3` on, below `$4`. */
  readonly removeRange: Statement
  /** The whole of a store. */
  readonly clear: Statement
  /** `$2` index. */
  readonly clearIndex: Statement
  /** A key that comes twice, and the first record that has it: `$2` index. */
  readonly findTwice: Statement
}

/** The statements in a schema, whose name is quoted. */
export function recordStatements(schema: string): RecordStatements {
  const [records, chunks] = [`${schema}.records`, `${schema}.chunks`]
  const entries = `${schema}.entries`
  const cutChunks = `WITH cut AS (DELETE FROM ${chunks} WHERE ${inStore} AND key =`
  const replacing =
    'ON CONFLICT (db, store, key) DO UPDATE SET value = excluded.value, parts = excluded.parts'
  const pairs = 'unnest($3::bytea[], $4::bytea[]) u (k, v)'
  const storing = `INSERT INTO ${records} (db, store, key, value) SELECT $1, $2, k, v FROM ${pairs}`
  const isAnyBetween = `EXISTS (SELECT FROM ${records} WHERE ${inStore} AND key >= $5 AND key <= $6)`
  return named({
    store: `WITH cut AS (${deletion(chunks, `${keyed(chunks, 'key', 'ctid')} WHERE EXISTS (SELECT FROM ${chunks} WHERE ${inStore})`)}), made AS (${storing} WHERE NOT ${isAnyBetween}) ${storing} WHERE ${isAnyBetween} ${replacing}`,
    storeOne: `${cutChunks} $3) INSERT INTO ${records} (db, store, key, value) VALUES ($1, $2, $3, $4) ${replacing}`,
    add: `WITH added AS (INSERT INTO ${records} (db, store, key, value) SELECT $1, $2, k, v FROM ${pairs} ON CONFLICT (db, store, key) DO NOTHING RETURNING key), filed AS (INSERT INTO ${entries} (db, store, idx, key, pkey) SELECT $1, $2, e.idx, e.k, e.p FROM unnest($5::int[], $6::bytea[], $7::bytea[]) e (idx, k, p) JOIN added ON added.key = e.p) SELECT key FROM added`,
    storeLong: `${cutChunks} $3) INSERT INTO ${records} (db, store, key, value, parts) VALUES ($1, $2, $3, '', $4) ${replacing}`,
    storePart: `INSERT INTO ${chunks} (db, store, key, no, part) VALUES ($1, $2, $3, $4, $5)`,
    removeEntries: deletion(entries, entriesOfKeys(entries)),
    storeEntries: `INSERT INTO ${entries} (db, store, idx, key, pkey) SELECT $1, $2, idx, k, p FROM unnest($3::int[], $4::bytea[], $5::bytea[]) u (idx, k, p)`,
    findKeys: keyed(records, 'key', 'key'),
    findEntries: `SELECT u.o, e.pkey FROM unnest($2::int[], $3::bytea[]) WITH ORDINALITY u (idx, k, o) CROSS JOIN LATERAL (SELECT pkey FROM ${entries} WHERE db = $1 AND idx = u.idx AND key = u.k ORDER BY pkey LIMIT 1) e`,
    removeKeys: `WITH filed AS (${deletion(entries, entriesOfKeys(entries))}), cut AS (${deletion(chunks, keyed(chunks, 'key', 'ctid'))}) ${deletion(records, keyed(records, 'key', 'ctid'))}`,
    removeRange: removal(schema, (key) => ` AND ${key} >= $3 AND ${key} < $4`),
    clear: removal(schema, () => ''),
    clearIndex: entriesOfIndexGone(schema),
    findTwice: `SELECT e.key, (SELECT pkey FROM ${entries} WHERE db = $1 AND idx = $2 AND key = e.key ORDER BY pkey LIMIT 1) FROM ${entries} e WHERE e.db = $1 AND e.idx = $2 GROUP BY e.key HAVING count(*) > 1 LIMIT 1`,
  })
}

const inStore = 'db = $1 AND store = $2'

/** Deletes the rows of a table whose places `found` selects. */
function deletion(table: string, found: string): string {
  return `DELETE FROM ${table} t USING (${found}) f WHERE t.ctid = f.ctid`
}

/** The rows with the keys `$3`: each is looked up, where `= ANY` may become a filter on all rows of the store. */
function keyed(table: string, key: string, column: string): string {
  return `SELECT r.${column} FROM unnest($3::bytea[]) u (k) CROSS JOIN LATERAL (SELECT ${column} FROM ${table} WHERE ${inStore} AND ${key} = u.k OFFSET 0) r`
}

/** Bounds and an order instead of an equality have the server take the one index that gives that order. */
function entriesOfKeys(entries: string): string {
  return `SELECT r.ctid FROM unnest($3::bytea[]) u (k) CROSS JOIN LATERAL (SELECT ctid FROM ${entries} WHERE ${inStore} AND pkey >= u.k AND pkey <= u.k ORDER BY pkey OFFSET 0) r`
}

/** Deletes records with everything of theirs. `which`: the condition on a key, which is called so. */
function removal(schema: string, which: (key: string) => string): string {
  const from = (table: string): string =>
    `DELETE FROM ${schema}.${table} WHERE ${inStore}${which('key')}`
  return `WITH filed AS (${entriesOfStoreGone(schema, which('pkey'))}), cut AS (${from('chunks')}) ${from('records')}`
}

/**
 * Deletes the entries of the store `$2`. The order is for the sake of the index: a server that takes the table for empty might as well walk the
 * other one, which has the entries of the whole database.
 */
export function entriesOfStoreGone(schema: string, which = ''): string {
  const entries = `${schema}.entries`
  return deletion(entries, `SELECT ctid FROM ${entries} WHERE ${inStore}${which} ORDER BY pkey`)
}

/** Deletes the entries of the index `$2`, in an order for the same reason. */
export function entriesOfIndexGone(schema: string): string {
  const entries = `${schema}.entries`
  return deletion(entries, `SELECT ctid FROM ${entries} WHERE db = $1 AND idx = $2 ORDER BY key`)
}
