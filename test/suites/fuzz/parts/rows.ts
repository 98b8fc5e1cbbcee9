/** Rows of our tables that no upgrade has written, and another program's tables, triggers and views: valid SQL, all of it. */
import { loadEngine } from '../../../../src/sqlite/engine.ts'
import { platform } from '../../../../src/platform/node.ts'
import type { Random } from '../../../kit/history/random.ts'
import { runForeignSql } from '../../../kit/foreign-tool.ts'
import { exercise } from '../exercise.ts'
import type { Part } from '../part.ts'
import { fileName, makeSampleFiles, onDisk, path } from '../sample-files.ts'

const samples = await makeSampleFiles()
const engine = await loadEngine(() => platform.loadWasm())

const columns: Readonly<Record<string, readonly string[]>> = {
  meta: [
    'name',
    'version',
    'key_format',
    'value_format',
    'next_store_id',
    'next_index_id',
    'is_deleted',
  ],
  object_stores: ['id', 'name', 'readable_name', 'key_path', 'current_number'],
  indexes: ['id', 'store_id', 'name', 'key_path', 'is_unique', 'is_multi_entry'],
  records: ['store_id', 'key', 'large_id', 'index_keys', 'value'],
  large_values: ['id', 'value'],
  index_records: ['index_id', 'key', 'primary_key'],
}

/** Of every type, and of every size that means something to some reader. */
const odd: readonly string[] = [
  ['NULL', '0', '1', '2', '3', '4', '-1', '7', '2147483647', '2147483648', '4294967297'],
  ['9007199254740991', '9007199254740992', '9223372036854775807', '-9223372036854775808'],
  ['0.5', '1e300', '-1e300', '9e999', '-9e999', '1.5e15'],
  ["''", "'a'", "'12'", "'__proto__'", "'constructor'", "x''", "x'00'", "x'ff'", "x'0061'"],
  ["x'01'", "x'0121ffffff7f'", "x'300000'", "x'10bff0000000000000'", 'zeroblob(5000)'],
  [`'"__proto__"'`, `'"a.__proto__.b"'`, `'["a","__proto__"]'`, `'[]'`, `'{}'`, `'[[1]]'`, `'"'`],
  [`'null'`, `'""'`, `'"number"'`, `'["author"]'`, `'"tags.length"'`, `'"constructor.prototype"'`],
  ["x'005f005f00700072006f0074006f005f005f'", "x'0062006f006f006b0073'", 'randomblob(40)'],
  ["'[' || replace(hex(zeroblob(20000)), '0', '[')", "replace(hex(zeroblob(50000)), '0', 'a.')"],
].flat()

/** What a hostile file may hold beside, or instead of, our tables. */
const schemaChanges: readonly string[] = [
  'CREATE TRIGGER t AFTER INSERT ON records BEGIN DELETE FROM records; END',
  'CREATE TRIGGER t BEFORE UPDATE ON object_stores BEGIN DELETE FROM index_records; END',
  'CREATE VIEW v AS SELECT * FROM records',
  'CREATE INDEX i ON records (value)',
  'CREATE INDEX i ON records (hex(zeroblob(length(value) * 1000)))',
  'CREATE TABLE extra (x)',
  'CREATE TABLE s (id INTEGER PRIMARY KEY AUTOINCREMENT)',
  'CREATE VIRTUAL TABLE f USING fts5(x)',
  'CREATE VIRTUAL TABLE g USING rtree(id, a, b)',
  'ALTER TABLE records ADD COLUMN g AS (hex(value))',
  'ALTER TABLE meta ADD COLUMN g DEFAULT 1',
  'ALTER TABLE records RENAME TO records2',
  'ALTER TABLE records RENAME COLUMN value TO other',
  'DROP TABLE large_values',
  'DROP TABLE indexes',
  'DELETE FROM meta',
  'DELETE FROM object_stores',
  'ANALYZE',
  'VACUUM',
  'PRAGMA user_version = 2',
  'PRAGMA application_id = 1',
  'PRAGMA journal_mode = DELETE',
  'PRAGMA auto_vacuum = FULL',
  'PRAGMA encoding = "UTF-16"',
  `DROP TABLE records; CREATE VIEW records AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
    SELECT 1 AS store_id, x'30' AS key, NULL AS large_id, NULL AS index_keys, i AS value FROM n`,
  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'records'",
  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'BLOB', 'TEXT')",
  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'WITHOUT ROWID', '')",
  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE meta (x)' WHERE name = 'meta'",
  "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'index_records'",
  `PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM sqlite_schema`,
  `PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES
    ('trigger', 't', 'records', 0, 'CREATE TRIGGER t AFTER INSERT ON records BEGIN SELECT 1; END')`,
]

/** An input is SQL, a statement a line. */
export const rows: Part = {
  inputsPerReport: 8,
  memoryBytes: 1024 * 1024 * 1024,
  make(random) {
    const statements = Array.from({ length: 1 + random.below(4) }, () => statement(random))
    return new TextEncoder().encode(statements.join('\n'))
  },
  async try(input) {
    const sql = new TextDecoder().decode(input).split('\n')
    for (const ifCorrupt of ['throw', 'salvage'] as const) {
      const vfs = samples.closed.fork()
      runForeignSql(engine, { vfs, path, fileName }, sql)
      await exercise(onDisk(vfs), ifCorrupt)
    }
  },
}

function statement(random: Random): string {
  if (random.percent(25)) return random.pick(schemaChanges).replaceAll('\n', ' ')
  const table = random.pick(Object.keys(columns))
  const names = columns[table] ?? []
  const isInsert = random.percent(15)
  if (isInsert) {
    const values = names.map(() => random.pick(odd))
    return `INSERT OR REPLACE INTO ${table} (${names}) VALUES (${values})`
  }
  const where = random.percent(50) ? '' : ` WHERE abs(random()) % ${1 + random.below(50)} = 0`
  if (random.percent(10)) return `DELETE FROM ${table}${where}`
  return `UPDATE OR IGNORE ${table} SET ${random.pick(names)} = ${change(random.pick(names), random)}${where}`
}

function change(column: string, random: Random): string {
  if (random.percent(70)) return random.pick(odd)
  return random.pick([
    `substr(${column}, 2)`,
    `substr(${column}, 1, length(${column}) - 1)`,
    `CAST(${column} || x'00' AS BLOB)`,
    `CAST(${column} AS TEXT)`,
    `-(${column})`,
    `(SELECT ${column} FROM sqlite_schema)`,
  ])
}
