/** Checking what a file may have in addition to the tables of every database: marks of commits, and counts. */
import { append } from '../../base/own-property.ts'
import { mostMarkedClients } from '../../storage/storage.ts'
import type { Connection } from '../binding/connection.ts'

/** Table → statements that count rows which should not be there, and what they mean. */
const strayRows: readonly (readonly [table: string, problem: string, sql: string])[] = [
  [
    'commit_marks',
    'marks of commits that no client can have left',
    `SELECT count(*) FROM commit_marks WHERE number < 0 OR ordinal < 0 OR slot < 0
      OR typeof(client) <> 'text'`,
  ],
  [
    'commit_marks',
    'marks of commits whose order is not known',
    `SELECT count(*) - count(DISTINCT ordinal) FROM commit_marks WHERE client <> ''`,
  ],
  [
    'commit_marks',
    'clients with marks beyond those that are kept',
    `SELECT max(0, count(DISTINCT client) - ${mostMarkedClients}) FROM commit_marks
      WHERE client <> ''`,
  ],
  [
    'record_counts',
    'counts of records or index entries that differ from what is there',
    `SELECT count(*) FROM record_counts c WHERE c.count <> CASE c.index_id
      WHEN 0 THEN (SELECT count(*) FROM records WHERE store_id = c.store_id)
      ELSE (SELECT count(*) FROM index_records WHERE index_id = c.index_id) END`,
  ],
]

/** The problems found; none in a sound database. @throws StorageError */
export function checkAdditions(connection: Connection): string[] {
  const problems: string[] = []
  for (const [table, problem, sql] of strayRows) {
    if (!hasTable(connection, table)) continue
    const count = connection.readNumber(sql)
    if (count > 0) append(problems, `${problem}: ${count}`)
  }
  return problems
}

/** `table` is one of those above. */
function hasTable(connection: Connection, table: string): boolean {
  return connection.readNumber(`SELECT count(*) FROM sqlite_schema WHERE name = '${table}'`) > 0
}
