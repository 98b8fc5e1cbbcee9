/** Why an import has failed, in the words of the command line. */
import { codesOf, Failure, Interrupted } from '../../terminal/failures.ts'
import { plainText } from '../../terminal/plain-text.ts'

/** What was imported, and how. */
interface Imported {
  readonly file: string
  readonly replace: boolean
}

/** The failure to report for what importDatabase() has thrown. */
export function importFailure(error: unknown, { file, replace }: Imported): unknown {
  if (!(error instanceof Error)) return error
  const { cause } = error
  if (!replace && memberOf(cause, 'code') === 'ERR_IDB_NAME_TAKEN') return taken(error)
  const message = inOptions(error.message)
  // What is thrown where the records stay says where they are, after the reason.
  if (cause instanceof Interrupted)
    return new Interrupted(`Interrupted${message.slice(cause.message.length)}`, cause.signal)
  if (cause instanceof Failure) return new Failure(message, ...cause.codes)
  if (error.name === 'DataError')
    return new Failure(`${placeOf(file)}: ${message}`, ...codesOf(error))
  return message === error.message ? error : new Failure(message, ...codesOf(error))
}

const placeOf = (file: string): string => (file === '-' ? 'Standard input' : `File "${file}"`)

function taken(error: Error): Failure {
  const name = plainText(String(memberOf(error.cause, 'database')))
  const message = `There is a database "${name}" already; add --replace to put the imported one in its place, or --name to give that another`
  return new Failure(message, ...codesOf(error))
}

const memberOf = (value: unknown, name: string): unknown =>
  (Object(value) as Readonly<Record<string, unknown>>)[name]

/** The library's text with options as they are given here. */
function inOptions(message: string): string {
  return (
    message
      // What was about to replace another goes on where it was without that option, too.
      .replace('the same call with the option resume', 'the same command')
      .replace(/the option (resume|replace)/g, '--$1')
  )
}
