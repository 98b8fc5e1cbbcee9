/** What goes wrong with a server, in the words of the command line. */
import { codesOf, Failure, WrongUse } from './failures.ts'
import { plainText } from './plain-text.ts'
import { urlSource, whereAmbient } from './server.ts'

/** Has `action` use a server, and says what a person at a command line can do where that fails. `schema`: undefined for the usual one. */
export async function withServerFailures<Result>(
  { place, schema }: { readonly place: string; readonly schema: string | undefined },
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    const codes = codesOf(error)
    if (codes.length === 0) throw error
    const { message } = error as Error // Only exceptions have codes.
    if (codes.includes('ERR_IDB_NOT_INSTALLED')) throw new Failure(notInstalled(schema), ...codes)
    if (message.startsWith(aboutUrl)) {
      throw new WrongUse(inCommands(`${urlSource(place)}${message.slice(aboutUrl.length)}`))
    }
    const where = codes.includes('ERR_IDB_UNREACHABLE') ? whereAmbient(place) : ''
    const told = `${inCommands(message)}${where === '' ? '' : `; ${where}`}`
    throw told === message ? error : new Failure(told, ...codes)
  }
}

/** How the library begins what it says of a URL. */
const aboutUrl = 'Option "connectionString"'

/** What the library advises, and what that is at a command line. */
const advice: readonly (readonly [inPrograms: string, inCommands: string])[] = [
  [
    'give the authority as the option "tls", as { ca }, or name its file',
    'leave it out, and name the file of the authority',
  ],
  ['lower "connections" of postgres() in its processes', 'end processes that use it'],
  [
    'name it in the option "tls", as { ca }',
    'name its file in the environment variable NODE_EXTRA_CA_CERTS',
  ],
  [
    'with the option "role" of installPostgres()',
    'with "postgres install --role", and --schema for another schema than the usual one',
  ],
  [
    'name the server itself in the option "directConnectionString"',
    'give the address of the server itself',
  ],
]

function inCommands(message: string): string {
  return advice.reduce((text, [inPrograms, here]) => text.replace(inPrograms, here), message)
}

function notInstalled(schema: string | undefined): string {
  const shown = plainText(schema ?? 'idb_everywhere')
  const option = schema === undefined ? '' : ' with --schema'
  return `Schema "${shown}" on the PostgreSQL server has no tables of idb-everywhere; "postgres install"${option} makes them, as the role that is to own them`
}
