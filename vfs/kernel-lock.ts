/**
 * A lock that the kernel frees when its holder dies: an exclusive transaction of the runtime's own SQLite on an empty
 * database. JavaScript has no other way to such a lock in all runtimes.
 *
 * Engine: on POSIX systems the lock is lost when any descriptor of that file is closed in this process, so nothing else
 * may ever open it.
 */
export interface KernelLock {
  release(): void
}

/** What `node:sqlite` and `bun:sqlite` have in common. */
interface Connection {
  exec(sql: string): unknown
  close(): void
}

type Sqlite = new (path: string) => Connection

/** Takes the lock at `path`; `'taken'` when somebody else has it, null where the runtime has no SQLite. */
export async function openKernelLock(path: string): Promise<KernelLock | 'taken' | null> {
  const Sqlite = await runtimeSqlite()
  if (Sqlite === null) return null
  const connection = new Sqlite(path)
  try {
    // An exclusive transaction on an empty file prepares a first page; its journal has no business on the disk.
    connection.exec('PRAGMA journal_mode=MEMORY')
    connection.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    connection.close()
    if (isBusy(error)) return 'taken'
    throw error
  }
  return { release: () => connection.close() }
}

/** SQLITE_BUSY is 5; extended codes keep it in their low byte. Deno gives no number, only SQLite's words for it. */
function isBusy(error: unknown): boolean {
  const { errcode, errno, message } = error as { errcode?: number; errno?: number; message: string }
  const code = errcode ?? errno
  return code === undefined ? message === 'database is locked' : (code & 0xff) === 5
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
