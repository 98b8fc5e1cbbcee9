/** What the files of a directory are, by their names. */
import { salvagedFileName } from '../files/quarantine.ts'
import { companionsOf, sqliteFileNames } from '../sqlite/file-name.ts'

/**
 * | role       | is                                                                                          |
 * | ---------- | ------------------------------------------------------------------------------------------- |
 * | `database` | a database                                                                                  |
 * | `log`      | what SQLite keeps beside one                                                                |
 * | `damaged`  | a damaged file that a salvage has put aside, or what lies beside it                         |
 * | `copy`     | what an interrupted salvage or compaction has left; the next owner removes it, or finishes  |
 * | `deletion` | a note that a client has had a database deleted                                             |
 * | `foreign`  | another program's                                                                           |
 */
export type FileRole = 'database' | 'log' | 'damaged' | 'copy' | 'deletion' | 'foreign'

/** What a file is, and the database's file it belongs to; null: to none. */
export interface RoledFile {
  readonly role: FileRole
  readonly databaseFile: string | null
}

/** What a file of that name is. */
export function roleOf(name: string): RoledFile {
  if (sqliteFileNames.includes(name)) return { role: 'database', databaseFile: name }
  if (name.endsWith('.deleted')) return { role: 'deletion', databaseFile: null }
  const databaseFile = /^[^-]*/.exec(name)?.[0] ?? ''
  if (!sqliteFileNames.includes(databaseFile)) return { role: 'foreign', databaseFile: null }
  return { role: roleBeside(name, databaseFile), databaseFile }
}

function roleBeside(name: string, databaseFile: string): FileRole {
  if (isCompanion(name, databaseFile)) return 'log'
  if (name.startsWith(`${databaseFile}-damaged-`)) return 'damaged'
  const isCopy = salvagedFileName(name) !== null || name.startsWith(`${databaseFile}-rescue`)
  return isCopy ? 'copy' : 'foreign'
}

/** `-shm` is of other tools: the engine here needs none. */
function isCompanion(name: string, databaseFile: string): boolean {
  return companionsOf(databaseFile).includes(name) || name === `${databaseFile}-shm`
}
