/** Whether a schema has the tables of this package, in a format that is known. */
import { exceptionOf, failure } from '../../errors.ts'
import { meta } from '../sql/meta.ts'
import { quoted, tablesFormat } from '../sql/tables.ts'
import { problemOf, sqlState } from '../wire/problem.ts'
import type { Row } from '../wire/statement.ts'
import { StatementError, type Wire } from '../wire/wire.ts'

/**
 * Gives the name of the schema's channel for notifications.
 *
 * @throws UnknownError where the schema has other tables than this version of the package knows, or none
 */
export async function checkTables(wire: Wire, schema: string): Promise<string> {
  const [row, ...more] = await metaRows(wire, schema)
  const format = row && more.length === 0 ? formatIn(row) : null
  if (!row || format === null) throw foreign(schema, 'has a table "meta" that is not')
  if (format !== tablesFormat) throw newerFormat(format)
  const [, channel, areAllThere] = row
  if (areAllThere !== 't') throw foreign(schema, 'has a table "meta", but not all other tables')
  return channel ?? madeTooEarly(schema)
}

/** null: no version of this package has written it. */
function formatIn([text]: Row): number | null {
  const format = Number(text)
  return Number.isSafeInteger(format) && format > 0 ? format : null
}

/** As many as two. */
async function metaRows(wire: Wire, schema: string): Promise<readonly Row[]> {
  try {
    return await wire.ask(meta(quoted(schema)), [schema])
  } catch (error) {
    const { code } = error instanceof StatementError ? error.problem : problemOf(error)
    // It has other columns, or is no table.
    if (code === sqlState.undefinedColumn || code === sqlState.wrongObjectType) return []
    throw error
  }
}

function newerFormat(format: number): DOMException {
  const place = { format, supportedFormat: tablesFormat }
  const message = `The tables on the PostgreSQL server have format ${format}, and this version of idb-everywhere knows formats up to ${tablesFormat}; use a newer version`
  return exceptionOf(failure('UnknownError', message, { code: 'ERR_IDB_NEWER_FORMAT', ...place }))
}

function foreign(schema: string, what: string): DOMException {
  const message = `The schema "${schema}" on the PostgreSQL server ${what} of idb-everywhere; choose another schema`
  return exceptionOf(failure('UnknownError', message, { code: 'ERR_IDB_FOREIGN_FILE' }))
}

function madeTooEarly(schema: string): never {
  const message = `The tables in the schema "${schema}" on the PostgreSQL server were made before the first release of idb-everywhere; drop the schema, and make them anew with installPostgres()`
  throw exceptionOf(failure('UnknownError', message, { code: 'ERR_IDB_NOT_INSTALLED' }))
}
