/** What this engine calls its files. */
import { FileNames } from '../files/file-name.ts'
import { databaseSuffix } from '../files/file-name-pattern.ts'

/** The names of its databases' files. */
export const sqliteFileNames = new FileNames(databaseSuffix)

/** The name of that database's file. */
export function fileNameOf(databaseName: string): string {
  return sqliteFileNames.of(databaseName)
}

/** The files SQLite may keep beside a database's. */
export function companionsOf(fileName: string): readonly string[] {
  return companionSuffixes.map((suffix) => fileName + suffix)
}

/** What it appends to a database's file name: the write-ahead log, and the rollback journal. */
const companionSuffixes: readonly string[] = ['-wal', '-journal']
