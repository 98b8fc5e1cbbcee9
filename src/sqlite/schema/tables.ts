/**
 * The tables of a database file. Any SQLite tool can read them; the byte formats of keys, values and index keys are
 * described in `keys/` and `values/`. Names lie twice in a row: as UTF-16 (big-endian) bytes, which hold any string of
 * script's, lone surrogates too, and as text for people.
 *
 * `meta`: one row, the database itself. `key_format` and `value_format` are the versions of the byte formats inside;
 * `is_deleted` marks a deletion that was under way when the file was last closed; the next ids are the ones never given
 * out, as ids are not used again. No row: no upgrade was ever committed.
 *
 * `object_stores`: one row per object store. `key_path` is JSON (a string or an array of strings), NULL for out-of-line
 * keys; `current_number` the key generator's, NULL without a key generator. Deleted with its store.
 *
 * `indexes`: one row per index; `key_path` as above. Deleted with the index or its store.
 *
 * `records`: one row per record, in key order. A value lies here as long as the row is small, else `large_id` names its
 * row in `large_values` and `value` is NULL: this tree gives every row above a quarter of a page an overflow page of its
 * own. `index_keys` lists the record's index entries (NULL: none), so that they are found when the record goes; entries
 * of indexes deleted since may linger in it and mean nothing.
 *
 * `large_values`: one row per value too large for `records`. Deleted with its record.
 *
 * `index_records`: one row per entry of an index, in index order. Deleted with its record or its index.
 */
export const createTables = `
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name BLOB NOT NULL,
  readable_name TEXT NOT NULL,
  version INTEGER NOT NULL,
  key_format INTEGER NOT NULL,
  value_format INTEGER NOT NULL,
  next_store_id INTEGER NOT NULL,
  next_index_id INTEGER NOT NULL,
  is_deleted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE object_stores (
  id INTEGER PRIMARY KEY,
  name BLOB NOT NULL,
  readable_name TEXT NOT NULL,
  key_path TEXT,
  current_number REAL
);
CREATE TABLE indexes (
  id INTEGER PRIMARY KEY,
  store_id INTEGER NOT NULL,
  name BLOB NOT NULL,
  readable_name TEXT NOT NULL,
  key_path TEXT NOT NULL,
  is_unique INTEGER NOT NULL,
  is_multi_entry INTEGER NOT NULL
);
CREATE TABLE records (
  store_id INTEGER NOT NULL,
  key BLOB NOT NULL,
  large_id INTEGER,
  index_keys BLOB,
  value BLOB,
  PRIMARY KEY (store_id, key)
) WITHOUT ROWID;
CREATE TABLE large_values (
  id INTEGER PRIMARY KEY,
  value BLOB NOT NULL
);
CREATE TABLE index_records (
  index_id INTEGER NOT NULL,
  key BLOB NOT NULL,
  primary_key BLOB NOT NULL,
  PRIMARY KEY (index_id, key, primary_key)
) WITHOUT ROWID;
`

/**
 * `commit_marks`: one row per client and slot, the last commit that it asked for (see `CommitMark`). No part of a new
 * database: made with the first mark, so that a file without marks is as it always was. Replaced by the next mark of the
 * slot; deleted when the client's marks are forgotten, or when there are too many clients: the ordinal, which grows with
 * each mark, tells who was the last to commit. A row whose client is empty is the database's: of slot 0 it says that marks were lost;
 * the number of slot 1, drawn at random, tells the database from others that had its name.
 */
export const createMarksTable = `CREATE TABLE commit_marks (
  client TEXT NOT NULL,
  slot INTEGER NOT NULL,
  number INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  PRIMARY KEY (client, slot)
) WITHOUT ROWID`

/** The statements of `createTables`, each as SQLite keeps it. */
export const tableStatements: readonly string[] = createTables
  .split(';')
  .map((text) => text.trim())
  .filter((text) => text !== '')

/** The file's `application_id`: ASCII "IDBe". */
export const applicationId = 0x49_44_42_65

/**
 * `record_counts`: how many records an object store has (`index_id` 0), or entries an index, at every moment that can be read.
 * No row: not known. Written when the database is idle or closes, deleted by the first transaction that changes one of the counts.
 * No part of a new database: made with the first count that is worth it.
 */
export const createCountsTable = `CREATE TABLE record_counts (
  store_id INTEGER NOT NULL,
  index_id INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (store_id, index_id)
) WITHOUT ROWID`

/**
 * The file's `user_version`.
 *
 * | format | may hold                                                                                           |
 * | ------ | -------------------------------------------------------------------------------------------------- |
 * | 1      | the tables of `createTables`, in pages of 4,096 bytes                                              |
 * | 2      | `commit_marks` and `record_counts` too, and pages of any size from 4,096 bytes on                  |
 *
 * A file has the lowest format that holds what is in it, so that earlier releases can read it as long as possible: they
 * refuse a higher one, with an error that says so.
 */
export const tablesFormat = 2

/** The format of a new database. */
export const newTablesFormat = 1

/** Makes a file one of the highest format, within a transaction. */
export const raiseFormat = `PRAGMA user_version = ${tablesFormat}`

/** The version of the keys' byte format. */
export const keyFormat = 1

/** The version of the values' byte format. */
export const valueFormat = 1

/**
 * How many bytes of key, index keys and value together stay in `records`. 4096-byte pages keep up to 1,002 bytes of a
 * row in place; the rest is for its header.
 */
export const inlineBytes = 900
