import { domException } from '../errors.ts'

/** The error for a name that no database has. */
export function noSuchDatabase(name: string, path: string): DOMException {
  const message = `There is no database ${JSON.stringify(name)} in the directory "${path}"`
  return domException('NotFoundError', message, { code: 'ERR_IDB_NO_SUCH_NAME', path })
}
