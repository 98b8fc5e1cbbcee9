/** A storage directory's files as SQLite sees them: under paths of its own, in one table of open files. */
import { CheckpointedFile } from './checkpointed-file.ts'
import type { VfsDirectory, VfsFile } from '../../files/vfs.ts'
import { emptyLog, WriteAheadLogFile } from './write-ahead-log-file.ts'

/** What SQLite opens a file as. */
export type FileKind = 'database' | 'log' | 'other'

/** One directory, mounted. */
export class Mount {
  readonly #directory: VfsDirectory
  readonly #prefix: string
  readonly #isPersistent: boolean
  readonly #openFiles = new Map<string, VfsFile>()
  /** Database file → its write-ahead log, asked for at each commit: a name put together each time costs more than all else of it. */
  readonly #logs = new Map<string, WriteAheadLogFile>()
  readonly #deleted = new Set<string>()

  /** `isPersistent`: its databases have write-ahead logs. */
  constructor(directory: VfsDirectory, id: number, { isPersistent }: { isPersistent: boolean }) {
    this.#directory = directory
    this.#isPersistent = isPersistent
    this.#prefix = `/${id}/`
  }

  /** The path SQLite gets for a file. */
  pathOf(name: string): string {
    return this.#prefix + name
  }

  /** The file SQLite has open under that name. */
  openFile(name: string): VfsFile | undefined {
    return this.#openFiles.get(name)
  }

  /** The write-ahead log SQLite has open for that database file. */
  writeAheadLog(databaseFile: string): WriteAheadLogFile | undefined {
    return this.#logs.get(databaseFile)
  }

  /** Runs `work`, which reads most of a database, with few reads of its files. */
  readInBlocks<Result>(databaseFile: string, work: () => Result): Result {
    const log = this.writeAheadLog(databaseFile)
    const throughLog = (): Result => (log ? log.readInBlocks(work) : work())
    const file = this.#openFiles.get(databaseFile)
    return file instanceof CheckpointedFile ? file.readInBlocks(throughLog) : throughLog()
  }

  /** Opens a file for SQLite; null when it is missing and `create` is false. */
  open(name: string, { create, kind }: { create: boolean; kind: FileKind }): VfsFile | null {
    const file = this.#directory.open(name, { create })
    if (!file) return null
    const opened = this.#wrapOrClose(file, kind)
    this.#openFiles.set(name, opened)
    if (opened instanceof WriteAheadLogFile) this.#logs.set(databaseOf(name), opened)
    this.#deleted.delete(name)
    return opened
  }

  /** Forgets a file that SQLite closes; another one that is open under its name by now stays. */
  close(name: string, file: VfsFile): void {
    if (this.#openFiles.get(name) !== file) return
    this.#openFiles.delete(name)
    if (file instanceof WriteAheadLogFile) this.#logs.delete(databaseOf(name))
    file.close()
  }

  /** Whether a file has content. Empty ones count as missing: a deleted file is only emptied at first. */
  exists(name: string): boolean {
    return this.sizeOf(name) > 0
  }

  /** How many bytes a file takes; 0 where there is none. */
  sizeOf(name: string): number {
    return this.#visit(name, (file) => file.size()) ?? 0
  }

  /** Empties a file, as removing it must wait: SQLite cannot. */
  delete(name: string): void {
    this.#visit(name, emptyLog)
    this.#deleted.add(name)
  }

  /** Whether an open file can still be reached by its name. */
  isLinked(name: string): boolean {
    return this.#openFiles.get(name)?.isLinked?.() ?? true
  }

  /** Whether other programs can get at an open file at all. */
  isReachable(name: string): boolean {
    return this.#openFiles.get(name)?.isLinked !== undefined
  }

  /** Gives an open, empty write-ahead log a new file, after another program has deleted the old one. */
  recreateWriteAheadLog(databaseFile: string): void {
    const file = this.#directory.open(`${databaseFile}-wal`, { create: true })
    if (!file) throw new Error('unreachable: a created file is missing')
    const log = this.writeAheadLog(databaseFile)
    if (log) log.replaceFile(file)
    else file.close()
  }

  /** Removes the files that a closed database has emptied. */
  async removeDeleted(databaseFile: string): Promise<void> {
    for (const name of [`${databaseFile}-wal`, `${databaseFile}-journal`]) {
      if (this.#deleted.delete(name)) await this.#directory.remove(name)
    }
  }

  #wrapOrClose(file: VfsFile, kind: FileKind): VfsFile {
    try {
      return this.#wrap(file, kind)
    } catch (error) {
      file.close()
      throw error
    }
  }

  #wrap(file: VfsFile, kind: FileKind): VfsFile {
    if (kind === 'log') return new WriteAheadLogFile(file)
    return kind === 'database' && this.#isPersistent ? new CheckpointedFile(file) : file
  }

  #visit<Result>(name: string, use: (file: VfsFile) => Result): Result | undefined {
    const opened = this.#openFiles.get(name)
    if (opened) return use(opened)
    const file = this.#directory.open(name, { create: false })
    if (!file) return undefined
    try {
      return use(file)
    } finally {
      file.close()
    }
  }
}

/** The database file that a write-ahead log belongs to. */
function databaseOf(logName: string): string {
  return logName.slice(0, -'-wal'.length)
}
