/** Why an import has failed, in the words of the command line. */
import { codesOf, Failure, Interrupted } from '../../terminal/failures.ts'

/** The failure to report for what importDatabase() has thrown. */
export function importFailure(error: unknown, file: string): unknown {
  if (!(error instanceof Error)) return error
  const { cause } = error
  const message = inOptions(error.message)
  // What is thrown where the records stay says where they are, after the reason.
  if (cause instanceof Interrupted)
    return new Interrupted(`Interrupted${message.slice(cause.message.length)}`)
  if (cause instanceof Failure) return new Failure(message, ...cause.codes)
  if (error.name === 'DataError')
    return new Failure(`${placeOf(file)}: ${message}`, ...codesOf(error))
  return message === error.message ? error : new Failure(message, ...codesOf(error))
}

const placeOf = (file: string): string => (file === '-' ? 'Standard input' : `File "${file}"`)

/** The library's text with options as they are given here. */
function inOptions(message: string): string {
  return (
    message
      .replace('give the option replace', 'add --replace')
      .replace('or the option name', 'or --name to give that another')
      // What was about to replace another goes on where it was without that option, too.
      .replace('the same call with the option resume', 'the same command')
      .replace(/the option (resume|replace)/g, '--$1')
  )
}
