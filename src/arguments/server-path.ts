/** The address of a PostgreSQL server in place of a path: it would name a directory, and its password would be in the name. */
import { optionError } from '../errors.ts'

/** What to say of it: what was meant. */
export const serverPathAdvice =
  '; for databases on a server, give createIndexedDB() the option host: postgres({ connectionString }), of idb-everywhere/postgres'

/** Whether a server is meant where a path is wanted. A directory of such a name is `./postgres:…`. */
export function isServerPath(path: unknown): boolean {
  return typeof path === 'string' && /^\s*postgres(?:ql)?:/i.test(path)
}

/** @throws TypeError where a server is meant by the path of a directory; nothing of it is shown */
export function refuseServerPath(path: string): void {
  if (!isServerPath(path)) return
  const message = `The path of the databases (the option "path", or IDB_PATH) is the address of a PostgreSQL server, not shown as it may hold a password${serverPathAdvice}`
  throw optionError('path', message)
}
