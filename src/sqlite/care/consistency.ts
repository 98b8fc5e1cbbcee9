/** Checking a database: SQLite's own check of its pages, then whether our tables agree with each other. */
import { append } from '../../base/own-property.ts'
import { StorageError } from '../../errors.ts'
import { keyTag } from '../../keys/key.ts'
import { numberKeyOffset, readNumberKeyBytes } from '../../keys/number-key.ts'
import type { Connection } from '../binding/connection.ts'
import { IndexEntries } from '../records/index-entries.ts'
import type { OwnedCount } from '../records/record-counts.ts'

/** Statements that count rows which should not be there, and what they mean. */
const strayRows: readonly { readonly problem: string; readonly sql: string }[] = [
  {
    problem: 'indexes of no object store',
    sql: `SELECT count(*) FROM indexes WHERE store_id NOT IN (SELECT id FROM object_stores)`,
  },
  {
    problem: 'records of no object store',
    sql: `SELECT count(*) FROM records WHERE store_id NOT IN (SELECT id FROM object_stores)`,
  },
  {
    problem: 'index entries of no index',
    sql: `SELECT count(*) FROM index_records WHERE index_id NOT IN (SELECT id FROM indexes)`,
  },
  {
    problem: 'index entries of no record',
    sql: `SELECT count(*) FROM index_records i JOIN indexes x ON x.id = i.index_id
      WHERE NOT EXISTS (SELECT 1 FROM records r
        WHERE r.store_id = x.store_id AND r.key = i.primary_key)`,
  },
  {
    problem: 'keys twice in a unique index',
    sql: `SELECT count(*) FROM (SELECT 1 FROM index_records i JOIN indexes x ON x.id = i.index_id
      WHERE x.is_unique GROUP BY i.index_id, i.key HAVING count(*) > 1)`,
  },
  {
    problem: 'records with neither or both kinds of value',
    sql: `SELECT count(*) FROM records WHERE (value IS NULL) = (large_id IS NULL)`,
  },
  {
    problem: 'records whose large value is missing',
    sql: `SELECT count(*) FROM records WHERE large_id IS NOT NULL
      AND large_id NOT IN (SELECT id FROM large_values)`,
  },
  {
    problem: 'large values of no record',
    sql: `SELECT count(*) FROM large_values WHERE id NOT IN
      (SELECT large_id FROM records WHERE large_id IS NOT NULL)`,
  },
  {
    problem: 'key generators below 1',
    sql: `SELECT count(*) FROM object_stores WHERE current_number < 1`,
  },
  {
    problem: 'ids that could be given out twice',
    sql: `SELECT count(*) FROM meta WHERE
      next_store_id <= (SELECT max(id) FROM object_stores)
      OR next_index_id <= (SELECT max(id) FROM indexes)`,
  },
]

/** The problems found; none in a sound database. `counts`: those that are known of it. */
export function checkConsistency(connection: Connection, counts: readonly OwnedCount[]): string[] {
  const problems: string[] = []
  try {
    findProblems(connection, problems)
    if (problems.length === 0) checkCounts(connection, counts, problems)
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'corrupt') throw error
    append(problems, error.message)
  }
  return problems
}

/** Adds them to `problems`, so that those before damage that ends the search are told, too. */
function findProblems(connection: Connection, problems: string[]): void {
  checkPages(connection, problems)
  // On damaged pages the other answers would mean nothing.
  if (problems.length > 0) return
  for (const { problem, sql } of strayRows) {
    const count = connection.readNumber(sql)
    if (count > 0) append(problems, `${problem}: ${count}`)
  }
  checkKeyGenerators(connection, problems)
  checkListedEntries(connection, problems)
}

function checkPages(connection: Connection, problems: string[]): void {
  const statement = connection.prepare('PRAGMA integrity_check')
  while (statement.step()) {
    const line = statement.text(0)
    if (line !== 'ok') append(problems, line)
  }
}

/** A key generator must be beyond every number that its store has as a key, or it would give one out again. */
function checkKeyGenerators(connection: Connection, problems: string[]): void {
  const rows = connection.prepare(
    `SELECT current_number, id, (SELECT max(key) FROM records WHERE store_id = s.id AND key < ?1)
     FROM object_stores s WHERE current_number IS NOT NULL`,
  )
  const { scratch } = connection.engine
  scratch.reserve(1)
  rows.bindBlob(1, scratch.put(Uint8Array.of(keyTag.number + 1)), 1)
  while (rows.step()) {
    if (rows.isNull(2)) continue
    const largest = readNumberKeyBytes(rows.copyBlob(2), numberKeyOffset)
    if (Math.floor(Math.min(largest, lastGeneratedNumber)) < rows.number(0)) continue
    append(
      problems,
      `key generator of object store ${rows.number(1)} is not beyond the key ${largest}`,
    )
  }
}

/** 2^53: key generator maximum. */
const lastGeneratedNumber = 2 ** 53

/** Compares the entries that records list with those that indexes hold. */
function checkListedEntries(connection: Connection, problems: string[]): void {
  const exists = connection.prepare(
    `SELECT 1 FROM index_records WHERE index_id = ?1 AND key = ?2 AND primary_key = ?3`,
  )
  const indexIds = readIndexIds(connection)
  const entries = new IndexEntries(connection.engine.module)
  const records = connection.prepare(
    'SELECT key, index_keys FROM records WHERE index_keys IS NOT NULL',
  )
  let missing = 0
  let listed = 0
  while (records.step()) {
    entries.start(records.blob(1), records.byteCount(1))
    while (entries.next()) {
      if (!indexIds.has(entries.indexId)) continue
      exists.bindInt(1, entries.indexId)
      exists.bindBlob(2, entries.keyPointer, entries.keyBytes)
      exists.bindBlob(3, records.blob(0), records.byteCount(0))
      if (exists.step()) listed++
      else missing++
      exists.reset()
    }
  }
  const unlisted = connection.readNumber('SELECT count(*) FROM index_records') - listed
  if (missing > 0) append(problems, `index entries missing: ${missing}`)
  if (unlisted > 0) append(problems, `index entries their records do not list: ${unlisted}`)
}

/** Compares the counts that are carried along with what is there. */
function checkCounts(
  connection: Connection,
  counts: readonly OwnedCount[],
  problems: string[],
): void {
  const wrong = counts.filter(({ storeId, indexId, count }) => {
    const [table, column, id] =
      indexId === 0 ? ['records', 'store_id', storeId] : ['index_records', 'index_id', indexId]
    const counted = connection.readNumber(`SELECT count(*) FROM ${table} WHERE ${column} = ${id}`)
    return counted !== count.value
  })
  if (wrong.length > 0) {
    append(
      problems,
      `counts of records or index entries that differ from what is there: ${wrong.length}`,
    )
  }
}

function readIndexIds(connection: Connection): ReadonlySet<number> {
  const ids = new Set<number>()
  const statement = connection.prepare('SELECT id FROM indexes')
  while (statement.step()) ids.add(statement.number(0))
  return ids
}
