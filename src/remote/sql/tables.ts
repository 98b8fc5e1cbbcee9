/**
 * The tables, in a schema of their own. All are keyed by numbers; names are rows, so that no upgrade changes a table.
 *
 * - `meta`: one row, the format of the tables, a newer one of which is refused, and the name of the channel for notifications. Anyone who can
 *   connect may listen to a channel, and notify it, whose name they know: it is random, so that only those know it who may read the tables.
 * - `databases`: a row for each. `epoch` is raised by each upgrade. Its row lock is what upgrades and openings wait for each other by.
 * - `stores`: object stores. `epoch` is their database's, so that who locks a store under an old schema finds out. `current_number`:
 *   that of the key generator. Writers lock the rows of their scope in the order of ids.
 * - `indexes`: the indexes of stores.
 * - `records`: keys and values in the package's own formats. A value in `parts` lies in `chunks`, and `value` is empty. Values are never
 *   compressed.
 * - `chunks`: the parts of long values, 1 MiB each but for the last.
 * - `entries`: an index's entries: its key, then the record's. `entries_of_record` finds those of a record that is replaced.
 * - `sessions`: a row for each process that uses the schema, `seen` now and then. One not seen for long is deleted, and with it its
 *   `connections` (the open connections, who asks them to close, and which watch their database) and `slots` (the number of the last commit of each of its
 *   connections to the server).
 *
 * Names and key paths are `bytea`: a server's text holds neither U+0000 nor lone surrogates. A name is its UTF-16 code units,
 * big-endian; a key path is JSON in UTF-8. Names are looked up by their hash, as they may be longer than an index entry.
 */
import type { Statement } from '../wire/statement.ts'

/** The format of the tables. */
export const tablesFormat = 1

/** How long a part of a value is. */
export const chunkBytes = 1024 * 1024

/** The name of a schema or role as SQL has it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** What makes the tables in a schema, whose name is quoted. */
export function tablesOf(schema: string): string {
  return `
CREATE SCHEMA IF NOT EXISTS ${schema};
CREATE TABLE ${schema}.meta (format int NOT NULL, channel text NOT NULL);
INSERT INTO ${schema}.meta VALUES (${tablesFormat}, 'idb_' || replace(gen_random_uuid()::text, '-', ''));
CREATE TABLE ${schema}.databases (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name bytea NOT NULL, version bigint NOT NULL, epoch bigint NOT NULL,
  next_store int NOT NULL, next_index int NOT NULL);
CREATE UNIQUE INDEX databases_by_name ON ${schema}.databases (sha256(name));
CREATE TABLE ${schema}.stores (
  db bigint NOT NULL, id int NOT NULL, name bytea NOT NULL, key_path bytea, auto boolean NOT NULL,
  current_number double precision NOT NULL, epoch bigint NOT NULL, PRIMARY KEY (db, id));
CREATE TABLE ${schema}.indexes (
  db bigint NOT NULL, store int NOT NULL, id int NOT NULL, name bytea NOT NULL, key_path bytea NOT NULL,
  is_unique boolean NOT NULL, multi_entry boolean NOT NULL, PRIMARY KEY (db, id));
CREATE TABLE ${schema}.records (
  db bigint NOT NULL, store int NOT NULL, key bytea NOT NULL, value bytea NOT NULL, parts int NOT NULL DEFAULT 0,
  PRIMARY KEY (db, store, key));
ALTER TABLE ${schema}.records ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE TABLE ${schema}.chunks (
  db bigint NOT NULL, store int NOT NULL, key bytea NOT NULL, no int NOT NULL, part bytea NOT NULL,
  PRIMARY KEY (db, store, key, no));
ALTER TABLE ${schema}.chunks ALTER COLUMN part SET STORAGE EXTERNAL;
CREATE TABLE ${schema}.entries (
  db bigint NOT NULL, store int NOT NULL, idx int NOT NULL, key bytea NOT NULL, pkey bytea NOT NULL,
  PRIMARY KEY (db, idx, key, pkey));
CREATE INDEX entries_of_record ON ${schema}.entries (db, store, pkey);
CREATE TABLE ${schema}.sessions (client uuid PRIMARY KEY, seen timestamptz NOT NULL);
CREATE TABLE ${schema}.connections (
  id uuid PRIMARY KEY, client uuid NOT NULL REFERENCES ${schema}.sessions ON DELETE CASCADE, db bigint NOT NULL,
  epoch bigint NOT NULL, ask uuid, old_version bigint, new_version bigint, delivered uuid,
  watches boolean NOT NULL DEFAULT false);
CREATE INDEX connections_by_database ON ${schema}.connections (db);
CREATE INDEX connections_by_client ON ${schema}.connections (client);
CREATE TABLE ${schema}.slots (
  client uuid NOT NULL REFERENCES ${schema}.sessions ON DELETE CASCADE, slot int NOT NULL, token bigint NOT NULL,
  PRIMARY KEY (client, slot)) WITH (fillfactor = 50);`
}

/** Holds up another that makes tables until the transaction ends: two of them go one after the other. */
export const installAlone: Statement = {
  text: "SELECT pg_advisory_xact_lock(hashtext('idb-everywhere'))",
}

/** A row where a schema has tables of this kind, be they this package's or another program's: `$1` schema. */
export const findTables: Statement = {
  text: "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'meta'",
}

/** A row where there is a role: `$1` its name. */
export const findRole: Statement = { text: 'SELECT 1 FROM pg_roles WHERE rolname = $1' }

/** Those whose rows are read and written; `meta` is only read. */
const tableNames = [
  'databases',
  'stores',
  'indexes',
  'records',
  'chunks',
  'entries',
  'sessions',
  'connections',
  'slots',
]

const nameList = tableNames.map((name) => `'${name}'`).join(', ')

/** Whether a schema has all of these: `$1` its name. */
export const areAllThere = `(SELECT count(*) = ${tableNames.length} FROM pg_tables WHERE schemaname = $1 AND tablename IN (${nameList}))`

/** Whether a role has those rights: where one may not give them, the server only warns. `$1` schema, `$2` role. */
export const mayUse: Statement = {
  text: `SELECT has_schema_privilege($2::name, $1::text, 'USAGE') AND bool_and(
  has_table_privilege($2::name, format('%I.%I', schemaname, tablename), 'SELECT') AND (tablename = 'meta' OR
  has_table_privilege($2::name, format('%I.%I', schemaname, tablename), 'INSERT') AND
  has_table_privilege($2::name, format('%I.%I', schemaname, tablename), 'UPDATE') AND
  has_table_privilege($2::name, format('%I.%I', schemaname, tablename), 'DELETE')))
FROM pg_tables WHERE schemaname = $1::text AND tablename IN ('meta', ${nameList})`,
}

/** What lets a role use the tables, and no more. Both names are quoted. */
export function grantsOf(schema: string, role: string): string {
  return `
GRANT USAGE ON SCHEMA ${schema} TO ${role};
GRANT SELECT ON ${schema}.meta TO ${role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ${tableNames.map((name) => `${schema}.${name}`).join(', ')} TO ${role};`
}
