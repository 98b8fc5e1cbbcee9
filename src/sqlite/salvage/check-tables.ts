/**
 * Whether a file's tables are ours and nothing else is there. Anybody may have written the file: a trigger would run with
 * our statements, a view in a table's place would answer them, and a table of other columns would mean something else.
 */
import { StorageError } from '../../errors.ts'
import type { Connection } from '../binding/connection.ts'
import { createCountsTable, createMarksTable, tableStatements } from '../schema/tables.ts'

/** What `ANALYZE` leaves behind when a tool has run it; SQLite only reads numbers from it. */
const statistics = 'CREATE TABLE sqlite_stat1(tbl,idx,stat)'

/** What a file may have in addition to our tables. */
const additions: readonly string[] = [statistics, createMarksTable, createCountsTable]

/**
 * Compares the file's schema with ours, text by text. Gives whether there is a table of counts.
 * @throws StorageError 'foreign' when something else is there too, 'corrupt' when a table of ours is not.
 */
export function checkTables(connection: Connection, label: string): { hasCounts: boolean } {
  const missing = new Set(tableStatements)
  let hasCounts = false
  const schema = connection.prepare('SELECT sql, type, name FROM sqlite_schema')
  try {
    while (schema.step()) {
      const text = schema.text(0)
      if (text === createCountsTable) hasCounts = true
      if (missing.delete(text) || additions.includes(text)) continue
      throw strangeObject(label, schema.text(1), schema.text(2))
    }
  } finally {
    schema.reset()
  }
  if (missing.size > 0) throw connection.damage('a table is missing')
  return { hasCounts }
}

function strangeObject(label: string, type: string, name: string): StorageError {
  return new StorageError(
    'foreign',
    `${label}: the file has a ${type} ${JSON.stringify(name)} that this package does not make; remove it with a SQLite tool, or move the file away`,
  )
}
