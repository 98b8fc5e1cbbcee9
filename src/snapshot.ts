/** Databases as files, and files as databases: `idb-everywhere/snapshot`. Works with any IndexedDB. */
export { backup, type BackupOptions, type BackupProgress } from './snapshot/backup/backup.ts'
export { type BackedUp, backupToFile } from './snapshot/backup/backup-to-file.ts'
export { openBackup, type OpenedBackup } from './snapshot/backup/open-backup.ts'
export { type ComparedDatabase, diff, type Difference } from './snapshot/diff.ts'
export {
  exportDatabase,
  type ExportOptions,
  type Loss,
  type Progress,
} from './snapshot/export-database.ts'
export { importDatabase } from './snapshot/import-database.ts'
export type { Imported, ImportOptions, ImportProgress } from './snapshot/import-options.ts'
export type { IndexDescription, StoreDescription } from './snapshot/header.ts'
/** @internal For the command line, which refuses to write where a database may be in use. */
export { isDatabaseFileName } from './files/file-name-pattern.ts'
export type { Json } from './rendering/json.ts'
export { jsonText } from './rendering/json-text.ts'
export { formatKey, readKey } from './rendering/key-text.ts'
export { parseKey, renderKey } from './rendering/keys.ts'
export { parseValue, parseWholeValue } from './rendering/parse-value.ts'
export { formatRange, keyRangeOf, type RangeBounds, readRange } from './rendering/range-text.ts'
export { renderValue, renderWholeValue } from './rendering/render-value.ts'
