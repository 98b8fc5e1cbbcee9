import fs from 'node:fs'
import { foreignFile, statPlainFile } from './plain-file.ts'

/**
 * A lock that the kernel frees when its holder dies: an exclusive transaction of the runtime's own SQLite on an empty
 * database. JavaScript has no other way to such a lock in all runtimes.
 *
 * Engine: on POSIX systems the lock is lost when any descriptor of that file is closed in this process, as a program does
 * that copies the directory. So it is not believed alone, and taken again when it was lost.
 */
export interface KernelLock {
  /** Takes the lock again if it was lost, unless another process has it now. */
  renew(): void
  /** Never throws. */
  release(): void
}

/** What `node:sqlite` and `bun:sqlite` have in common. */
interface Connection {
  exec(sql: string): unknown
  close(): void
}

type Sqlite = new (path: string) => Connection

/** Takes the lock at `path`; `'taken'` when another process or thread has it, null where the runtime has no SQLite. */
export async function openKernelLock(path: string): Promise<KernelLock | 'taken' | null> {
  const Sqlite = await runtimeSqlite()
  if (Sqlite === null) return null
  let lock = take(Sqlite, path)
  if (lock === null) return 'taken'
  return {
    renew() {
      try {
        if (lock !== null && isHeld(path, lock)) return
        const old = lock
        lock = null
        old?.connection.close()
        lock = take(Sqlite, path)
      } catch {
        // Too many files are open, or something lies in its place: the claim stands without it until the next time.
      }
    },
    release() {
      const released = lock
      lock = null
      try {
        released?.connection.close()
      } catch {
        // Nothing refers to it any more: it goes when it is collected.
      }
    },
  }
}

/** The lock as it was when it was taken. */
interface TakenLock {
  readonly connection: Connection
  /** The number of the file; a program may have put another in its place. */
  readonly inode: bigint | undefined
  /** Where the kernel says of the connection's descriptor what it locks; null where it does not (not Linux). */
  readonly descriptorInfo: string | null
}

function take(Sqlite: Sqlite, path: string): TakenLock | null {
  statPlainFile(path)
  const connection = new Sqlite(path)
  try {
    // An exclusive transaction on an empty file prepares a first page; its journal has no business on the disk.
    connection.exec('PRAGMA journal_mode=MEMORY')
    connection.exec('BEGIN EXCLUSIVE')
    return { connection, inode: statPlainFile(path)?.ino, descriptorInfo: findDescriptorInfo(path) }
  } catch (error) {
    connection.close()
    if (isBusy(error)) return null
    if (!isNoDatabase(error)) throw error
    throw foreignFile(path, 'it is not the empty database that this package locks', {
      cause: error,
    })
  }
}

function isHeld(path: string, { inode, descriptorInfo }: TakenLock): boolean {
  if (statPlainFile(path)?.ino !== inode) return false
  return descriptorInfo === null || hasLock(descriptorInfo)
}

/** Of the descriptors of this process that have the file at `path` open, the one by which it is locked. */
function findDescriptorInfo(path: string): string | null {
  if (process.platform !== 'linux') return null
  try {
    const numbers = fs.readdirSync('/proc/self/fd')
    const number = numbers.find((it) => isOpenAs(it, path) && hasLock(`/proc/self/fdinfo/${it}`))
    return number === undefined ? null : `/proc/self/fdinfo/${number}`
  } catch {
    // Deno demands all its permissions for a look there.
    return null
  }
}

function isOpenAs(number: string, path: string): boolean {
  try {
    return fs.readlinkSync(`/proc/self/fd/${number}`) === path
  } catch {
    // It was closed meanwhile.
    return false
  }
}

function hasLock(descriptorInfo: string): boolean {
  try {
    return fs.readFileSync(descriptorInfo, 'utf8').includes('POSIX')
  } catch (error) {
    // It was closed under SQLite; anything else, such as too many open files, says nothing of the lock.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

/** SQLITE_BUSY; Deno gives no number, only SQLite's words for it. */
function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code === undefined ? messageOf(error) === 'database is locked' : code === 5
}

/** SQLITE_NOTADB. */
function isNoDatabase(error: unknown): boolean {
  const code = resultCode(error)
  return code === undefined ? messageOf(error) === 'file is not a database' : code === 26
}

/** Extended codes keep SQLite's result code in their low byte. */
function resultCode(error: unknown): number | undefined {
  const { errcode, errno } = error as { errcode?: number; errno?: number }
  const code = errcode ?? errno
  return code === undefined ? undefined : code & 0xff
}

function messageOf(error: unknown): string {
  return (error as Error).message
}

/** Whether there is such a lock in this runtime. */
export async function hasRuntimeSqlite(): Promise<boolean> {
  return (await runtimeSqlite()) !== null
}

/** The class of the runtime's own SQLite; null in Node before 22.13. */
async function runtimeSqlite(): Promise<Sqlite | null> {
  // Not a literal, lest bundlers for other platforms try to find the module.
  const bunModule = 'bun:sqlite'
  if (process.versions['bun'] !== undefined) {
    const { Database } = (await import(/* @vite-ignore */ bunModule)) as { Database: Sqlite }
    return Database
  }
  const module = withoutSqliteWarning(() => process.getBuiltinModule('node:sqlite'))
  // The types of Node 20 do not know the module.
  return (module as { DatabaseSync: Sqlite } | undefined)?.DatabaseSync ?? null
}

/** Node 22 warns that its SQLite is experimental; the two statements used here are not. */
function withoutSqliteWarning<T>(load: () => T): T {
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] === 'ExperimentalWarning' && String(warning).startsWith('SQLite')) return
    Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}
