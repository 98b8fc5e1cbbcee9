/** What goes wrong with a server, in the words of the command line. */
import { codesOf, Failure } from './failures.ts'
import { plainText } from './plain-text.ts'
import { whereAmbient } from './server.ts'

/** Has `action` use a server, and says what a person at a command line can do where that fails. `schema`: undefined for the usual one. */
export async function withServerFailures<Result>(
  { place, schema }: { readonly place: string; readonly schema: string | undefined },
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    const codes = codesOf(error)
    if (codes.includes('ERR_IDB_NOT_INSTALLED')) throw new Failure(notInstalled(schema), ...codes)
    const where = codes.includes('ERR_IDB_UNREACHABLE') ? whereAmbient(place) : ''
    if (where === '') throw error
    throw new Failure(`${(error as Error).message}; ${where}`, ...codes) // Only exceptions have codes.
  }
}

function notInstalled(schema: string | undefined): string {
  const shown = plainText(schema ?? 'idb_everywhere')
  const option = schema === undefined ? '' : ' with --schema'
  return `Schema "${shown}" on the PostgreSQL server has no tables of idb-everywhere; "postgres install"${option} makes them, as the role that is to own them`
}
