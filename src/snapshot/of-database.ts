/** Which database an import was about, in its error: a program that imports one after another sees which has failed. */
import { factsOf, IDBErrorCause } from '../base/error-cause.ts'
import { isA, memberOf, reasonOf } from '../base/thrown.ts'
import { domException, exceptionNameOf } from '../errors.ts'

/**
 * The error, with the name of the database that it kept from being imported in its message and its facts. What is not this package's
 * own, such as the reason of a signal, is given back as it is.
 */
export function ofDatabase(error: unknown, database: string): unknown {
  const name = exceptionNameOf(memberOf(error, 'name'))
  const cause = memberOf(error, 'cause')
  const message = reasonOf(error)
  if (!name || message === null || !isA(cause, IDBErrorCause)) return error
  const said = message.toLowerCase().includes(`database "${database}"`.toLowerCase())
  const text = said ? message : `${message}; database "${database}" was being imported`
  return domException(name, text, { ...factsOf(cause), database })
}
