/** The databases of a directory with their sizes. */
import { append } from '../base/own-property.ts'
import { memberOf } from '../base/thrown.ts'
import type { DirectoryFacts, FileFacts } from '../files/directory-facts.ts'
import { fileNameOf } from '../sqlite/file-name.ts'
import { type FileRole, roleOf } from './file-roles.ts'
import { withFactory } from './with-factory.ts'
import type { Tools } from './tools.ts'

/** A database in the list. */
export interface ListedDatabase {
  readonly name: string
  readonly version: number
  /** Its file's name in the directory. */
  readonly file: string
  /** Of its file, and of what SQLite keeps beside it. */
  readonly sizeBytes: number
  /** The part of it that is in the write-ahead log, and will be copied into the file. */
  readonly logBytes: number
}

/** A file in the directory that is no database in the list. */
export interface OtherFile {
  readonly file: string
  /** `database`: one that cannot be opened, or was never completed. */
  readonly role: FileRole
  readonly sizeBytes: number
  /** Why a `database` cannot be opened; null: it is of another role, was never completed, or another program has the directory. */
  readonly damage: string | null
}

/** What is in a directory. */
export interface DirectoryListing {
  readonly databases: readonly ListedDatabase[]
  readonly others: readonly OtherFile[]
}

/** Lists what is in a directory, in use or not. */
export async function listDatabases(tools: Tools, path: string): Promise<DirectoryListing> {
  const warnings: Error[] = []
  const found = await withFactory(
    tools,
    path,
    (factory) => factory.databases(),
    (warning) => append(warnings, warning),
  )
  const { files } = await tools.factsOf(path)
  const databases = found
    .map(({ name = '', version = 0 }) => describe({ name, version }, files))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const listed = new Set(databases.map(({ file }) => file))
  const others = othersIn(files, listed).map((it) => ({ ...it, damage: damageOf(it, warnings) }))
  return { databases, others }
}

function describe(
  { name, version }: { name: string; version: number },
  files: DirectoryFacts['files'],
): ListedDatabase {
  const file = fileNameOf(name)
  const logBytes = bytesOf(files, (it) => it.role === 'log' && it.databaseFile === file)
  const fileBytes = bytesOf(files, (it) => it.role === 'database' && it.databaseFile === file)
  return { name, version, file, sizeBytes: fileBytes + logBytes, logBytes }
}

function bytesOf(
  files: readonly FileFacts[],
  isCounted: (file: ReturnType<typeof roleOf>) => boolean,
): number {
  return files
    .filter(({ name }) => isCounted(roleOf(name)))
    .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

function damageOf({ file }: FoundOther, warnings: readonly Error[]): string | null {
  const warning = warnings.find(({ cause }) => {
    return memberOf(cause, 'code') === 'ERR_IDB_CORRUPT' && memberOf(cause, 'file') === file
  })
  return warning?.message ?? null
}

type FoundOther = Omit<OtherFile, 'damage'>

function othersIn(files: readonly FileFacts[], listed: ReadonlySet<string>): FoundOther[] {
  return files
    .map(({ name, sizeBytes }) => ({ file: name, sizeBytes, ...roleOf(name) }))
    .filter(({ role, databaseFile }) => {
      const isOfListed = databaseFile !== null && listed.has(databaseFile)
      return !(isOfListed && (role === 'database' || role === 'log'))
    })
    .map(({ file, role, sizeBytes }) => ({ file, role, sizeBytes }))
    .sort((a, b) => (a.file < b.file ? -1 : 1))
}
