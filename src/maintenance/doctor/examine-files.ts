/** What can be told of a directory's files from outside. */
import type { FileFacts } from '../../files/directory-facts.ts'
import type { DirectoryStatus } from '../../membership/directory-status.ts'
import { fileNameOf } from '../../sqlite/file-name.ts'
import { magic } from '../../sqlite/schema/new-database.ts'
import { applicationId, tablesFormat } from '../../sqlite/schema/tables.ts'
import { type FileRole, roleOf } from '../file-roles.ts'

/**
 * What the first bytes of a file say: it is `ours`; `new`, nothing was completed in it; of a `newer format`; of `another program`; no
 * database at all, `damaged`; shorter than it says, `cut off`; or it cannot be read, `unreadable`.
 */
export type FileState =
  'ours' | 'new' | 'newer format' | 'another program' | 'damaged' | 'cut off' | 'unreadable'

/** A file that is called like a database's. */
export interface ExaminedDatabase {
  readonly file: string
  /** Known of those in use alone; null: it is not. `ls` tells the names of all. */
  readonly name: string | null
  readonly state: FileState
  /** The format of the file; null where it is not ours. What is in its log alone may be newer. */
  readonly format: number | null
  readonly sizeBytes: number
  /** Of its write-ahead log. */
  readonly logBytes: number
  /** Whether another SQLite tool has it open, or was killed while it had. */
  readonly isVisited: boolean
  /** When it was last written, ISO 8601. */
  readonly modified: string
}

/** Another file. */
export interface Leftover {
  readonly file: string
  readonly role: Exclude<FileRole, 'database' | 'log'> | 'log without database'
  readonly sizeBytes: number
  readonly modified: string
}

/** Sorts the files. */
export function examineFiles(
  files: readonly FileFacts[],
  status: DirectoryStatus | null,
): { databases: ExaminedDatabase[]; leftovers: Leftover[] } {
  const inUse = status?.state === 'shared' ? status.databases : []
  const names = new Map(inUse.map(({ name }) => [fileNameOf(name), name]))
  const own = files.filter(({ name }) => roleOf(name).role === 'database')
  const known = new Set(own.map(({ name }) => name))
  return {
    databases: own.map((file) => examine(file, files, names.get(file.name) ?? null)),
    leftovers: files.flatMap((file) => leftoverOf(file, known)),
  }
}

function leftoverOf(
  { name, sizeBytes, modified }: FileFacts,
  known: ReadonlySet<string>,
): Leftover[] {
  const { role, databaseFile } = roleOf(name)
  if (role === 'database') return []
  const leftover = { file: name, sizeBytes, modified }
  if (role !== 'log') return [{ ...leftover, role }]
  const isOfOne = databaseFile !== null && known.has(databaseFile)
  return isOfOne || sizeBytes === 0 ? [] : [{ ...leftover, role: 'log without database' }]
}

function examine(
  file: FileFacts,
  files: readonly FileFacts[],
  name: string | null,
): ExaminedDatabase {
  const beside = (suffix: string): FileFacts | undefined =>
    files.find((it) => it.name === file.name + suffix)
  const logBytes = beside('-wal')?.sizeBytes ?? 0
  const state = stateOf(file, logBytes > 0)
  return {
    file: file.name,
    name,
    state,
    format: state === 'ours' || state === 'newer format' ? formatOf(file) : null,
    sizeBytes: file.sizeBytes,
    logBytes,
    isVisited: (beside('-shm')?.sizeBytes ?? 0) > 0,
    modified: file.modified,
  }
}

/** Offsets within SQLite's header. https://sqlite.org/fileformat.html#the_database_header */
const headerBytes = 100
const pageSizeAt = 16
const pageCountAt = 28
const userVersionAt = 60
const applicationIdAt = 68

function stateOf(file: FileFacts, hasLog: boolean): FileState {
  const { head, sizeBytes } = file
  if (head === null) return 'unreadable'
  // A creation writes the first bytes last.
  if (sizeBytes === 0 || head.subarray(0, magic.length).every((byte) => byte === 0)) return 'new'
  const isDatabase = head.length === headerBytes && magic.every((byte, i) => head[i] === byte)
  if (!isDatabase) return 'damaged'
  const view = viewOf(head)
  if (view.getUint32(applicationIdAt) !== applicationId) return 'another program'
  if (view.getUint32(userVersionAt) > tablesFormat) return 'newer format'
  const pageBytes = view.getUint16(pageSizeAt) === 1 ? 65_536 : view.getUint16(pageSizeAt)
  const isCutOff = !hasLog && sizeBytes < view.getUint32(pageCountAt) * pageBytes
  return isCutOff ? 'cut off' : 'ours'
}

function formatOf({ head }: FileFacts): number | null {
  return head && viewOf(head).getUint32(userVersionAt)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
