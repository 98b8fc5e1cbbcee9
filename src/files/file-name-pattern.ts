/** How the names of databases' files look. A file of its own, for what does without an engine and its hashes. */

/** A database's name as `FileNames` encodes it: the source of a regular expression. */
export const encodedName = '[a-z2-7]{52}'

/** What the files of SQLite's databases end in. */
export const databaseSuffix = '.sqlite'

const pattern = new RegExp(`^${encodedName}\\${databaseSuffix}(-.*)?$`)

/** Whether a file of that name is a database in a directory of them, or something that lies beside one. */
export function isDatabaseFileName(fileName: string): boolean {
  return pattern.test(fileName)
}
