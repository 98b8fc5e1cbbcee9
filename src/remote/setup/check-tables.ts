/** Whether a schema has the tables of this package, in a format that is known. */
import { exceptionOf, failure } from '../../errors.ts'
import { meta } from '../sql/meta.ts'
import { quoted, tablesFormat } from '../sql/tables.ts'
import { problemOf, sqlState } from '../wire/problem.ts'
import { numberIn } from '../wire/statement.ts'
import { StatementError, type Wire } from '../wire/wire.ts'

/**
 * Gives the name of the schema's channel for notifications.
 *
 * @throws UnknownError where the schema has other tables than this version of the package knows, or none
 */
export async function checkTables(wire: Wire, schema: string): Promise<string> {
  const { format, channel } = await metaOf(wire, schema)
  if (format === tablesFormat) return channel ?? madeTooEarly(schema)
  const place = { format, supportedFormat: tablesFormat }
  const message = `The tables on the PostgreSQL server have format ${format}, and this version of idb-everywhere knows formats up to ${tablesFormat}; use a newer version`
  throw exceptionOf(failure('UnknownError', message, { code: 'ERR_IDB_NEWER_FORMAT', ...place }))
}

function madeTooEarly(schema: string): never {
  const message = `The tables in the schema "${schema}" on the PostgreSQL server were made before the first release of idb-everywhere; drop the schema, and make them anew with installPostgres()`
  throw exceptionOf(failure('UnknownError', message, { code: 'ERR_IDB_NOT_INSTALLED' }))
}

async function metaOf(
  wire: Wire,
  schema: string,
): Promise<{ readonly format: number; readonly channel: string | null }> {
  try {
    const [row] = await wire.ask(meta(quoted(schema)))
    if (row) return { format: numberIn(row, 0), channel: row[1] ?? null }
  } catch (error) {
    const { code } = error instanceof StatementError ? error.problem : problemOf(error)
    if (code !== sqlState.undefinedColumn) throw error
  }
  const message =
    'The schema on the PostgreSQL server has a table "meta" that is not of idb-everywhere; choose another schema'
  throw exceptionOf(failure('UnknownError', message, { code: 'ERR_IDB_FOREIGN_FILE' }))
}
