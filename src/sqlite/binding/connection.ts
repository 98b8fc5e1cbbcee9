/** One SQLite connection and its statements, each prepared when it is first used and kept until `close()`. */
import { StorageError } from '../../errors.ts'
import { fileError } from '../../files/file-error.ts'
import { SQLITE_INTERRUPT, SQLITE_OK, sqliteError } from '../result-code.ts'
import { readCString, withCString } from './c-string.ts'
import type { Scratch } from './scratch.ts'
import { Statement } from './statement.ts'
import type { StepWatch, Watched } from './step-watch.ts'
import type { WaSqlite } from './wa-sqlite.ts'

const SQLITE_OPEN_READWRITE = 0x2
const SQLITE_PREPARE_PERSISTENT = 0x1

// What can be switched in a connection. https://sqlite.org/c3ref/c_dbconfig_defensive.html
const SQLITE_DBCONFIG_ENABLE_TRIGGER = 1003
const SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE = 1006
const SQLITE_DBCONFIG_DEFENSIVE = 1010
const SQLITE_DBCONFIG_ENABLE_VIEW = 1015
const SQLITE_DBCONFIG_TRUSTED_SCHEMA = 1017

const SQLITE_FCNTL_RESET_CACHE = 42
const SQLITE_DBSTATUS_CACHE_USED = 1
const SQLITE_DBSTATUS_CACHE_HIT = 7
const SQLITE_DBSTATUS_CACHE_MISS = 8
const SQLITE_DBSTATUS_CACHE_WRITE = 9

/** What a row takes in a page at least, beside its bytes: where it lies, its size, the types of its columns. */
const rowHeaderBytes = 7

/** What a connection needs of the loaded engine. */
export interface ConnectedEngine {
  readonly module: WaSqlite
  readonly scratch: Scratch
  readonly stepWatch: StepWatch
  /** The files under the engine. */
  readonly bridge: {
    /** What a file last threw, once; undefined when nothing was thrown since. */
    takeError(): unknown
    /** How many bytes the database under that path takes, its log included. */
    bytesOf(path: string): number
  }
}

/** What a connection is opened on. */
export interface ConnectionTarget {
  /** A path the engine's VFS knows. */
  readonly path: string
  /** Names the database and its file at the head of error messages. */
  readonly label: string
}

/** In a sound file a walk meets each row once. */
const endlessWalk = 'its pages refer to each other'

/** An open connection. */
export class Connection implements Watched {
  readonly engine: ConnectedEngine
  /** Whether a statement has found the file damaged. */
  hasMetDamage = false
  looks = 0
  isBrief = false
  /** Says why there is no room when the engine, and not the file system, has found none; null: it has no limit. */
  quotaError: ((label: string) => StorageError) | null = null
  #label: string
  readonly #handle: number
  readonly #path: string
  readonly #endWatch: () => void
  readonly #statements = new Map<string, Statement>()
  #cacheKiB = 0
  /** The largest found by `heldBytes()` so far. */
  #heldBytes = 0

  /** @throws StorageError when the engine cannot open the file. */
  constructor(engine: ConnectedEngine, { path, label }: ConnectionTarget) {
    this.engine = engine
    this.#label = label
    this.#path = path
    this.#handle = openHandle(engine, path, label)
    this.#endWatch = engine.stepWatch.watch(engine.module, this.#handle, this)
    engine.module._sqlite3_extended_result_codes(this.#handle, 1)
    // Anybody may have written the file: nothing in it may run with our statements.
    this.#configure(SQLITE_DBCONFIG_DEFENSIVE, 1)
    this.#configure(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    this.#configure(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
    this.#configure(SQLITE_DBCONFIG_ENABLE_VIEW, 0)
  }

  /** Names the database and its file at the head of error messages. */
  get label(): string {
    return this.#label
  }

  /** The path leads to another database's file from now on: nothing that was learnt of the one before holds for it. */
  noteOtherFile(label: string): void {
    this.#label = label
    this.#heldBytes = 0
  }

  /** The statement of that text, prepared once. The text is the key: it must be a constant. */
  prepare(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = new Statement(this, this.engine.module, this.#compile(sql))
    this.#statements.set(sql, statement)
    return statement
  }

  /** Runs statements that need no parameters and whose rows do not matter. */
  execute(sql: string): void {
    const { module } = this.engine
    this.looks = 0
    const resultCode = withCString(module, sql, (text) =>
      module._sqlite3_exec(this.#handle, text, 0, 0, 0),
    )
    if (resultCode !== SQLITE_OK) throw this.error(resultCode)
  }

  /** The first column of the first row, as text. The statement is not kept. */
  readText(sql: string): string {
    return this.#readOnce(sql, (statement) => statement.text(0))
  }

  /** The first column of the first row, as number. The statement is not kept. */
  readNumber(sql: string): number {
    return this.#readOnce(sql, (statement) => statement.number(0))
  }

  /** The same, for what is asked again and again: the statement is prepared once. */
  readNumberAgain(sql: string): number {
    const statement = this.prepare(sql)
    statement.step()
    const number = statement.number(0)
    statement.reset()
    return number
  }

  /**
   * Reads a part of the value of a row of `large_values` into the scratch block, and gives its place there. The rest of it takes no
   * memory. @throws StorageError
   */
  readPart({ rowId, start, end }: { rowId: number; start: number; end: number }): number {
    const { module, scratch } = this.engine
    scratch.reserve(end - start + 3 * valuePlace.length)
    const names = scratch.end
    scratch.putText(valuePlace)
    const row = [rowId | 0, Math.floor(rowId / 2 ** 32)] as const
    const place = [names, names + tableAt, names + columnAt, ...row] as const
    this.looks = 0
    const opened = module._sqlite3_blob_open(this.#handle, ...place, 0, scratch.resultOut)
    const blob = module.heapView.getUint32(scratch.resultOut, true)
    try {
      if (opened !== SQLITE_OK) throw this.error(opened)
      const read = module._sqlite3_blob_read(blob, scratch.end, end - start, start)
      if (read !== SQLITE_OK) throw this.error(read)
      return scratch.end
    } finally {
      module._sqlite3_blob_close(blob)
    }
  }

  /** How many rows the last INSERT, UPDATE or DELETE changed. */
  changes(): number {
    return this.engine.module._sqlite3_changes(this.#handle)
  }

  /** Whether a transaction is open. False after the engine has rolled back by itself. */
  isInTransaction(): boolean {
    return this.engine.module._sqlite3_get_autocommit(this.#handle) === 0
  }

  /** The error for a failed call, with the engine's own words and what the file system threw under it. */
  error(resultCode: number): StorageError {
    if (resultCode === SQLITE_INTERRUPT) return this.damage(endlessWalk)
    const { module, bridge } = this.engine
    const message = readCString(module, module._sqlite3_errmsg(this.#handle))
    const cause = bridge.takeError()
    const text = `${this.label}: ${message} (SQLite result code ${resultCode})`
    const error = sqliteError(resultCode, text, cause)
    if (error.code === 'corrupt') this.hasMetDamage = true
    if (error.code === 'full' && cause === undefined && this.quotaError) {
      return this.quotaError(this.label)
    }
    return error
  }

  /** The error for rows that do not agree with each other. */
  damage(what: string): StorageError {
    this.hasMetDamage = true
    return new StorageError('corrupt', `${this.label}: the file is damaged: ${what}`)
  }

  /**
   * Checks what a walk has met so far: a number of rows, and of bytes in them.
   * @throws StorageError 'corrupt' when it is more than the file can hold; 'io' when the file cannot be measured.
   */
  checkWalk(rowCount: number, byteCount: number): void {
    const leastBytes = rowCount * rowHeaderBytes + byteCount
    if (leastBytes <= this.#heldBytes) return
    this.#heldBytes = Math.max(this.#heldBytes, this.#measure())
    if (leastBytes > this.#heldBytes) throw this.damage(endlessWalk)
  }

  #measure(): number {
    try {
      return this.heldBytes()
    } catch (error) {
      throw fileError(this.label, 'measuring the file', error)
    }
  }

  /** No less than the rows of the database take: its file, its log, and what has yet to be written. */
  heldBytes(): number {
    return this.engine.bridge.bytesOf(this.#path) + this.cacheUsedBytes
  }

  /** How much the pages in the cache take. */
  get cacheUsedBytes(): number {
    return this.#status(SQLITE_DBSTATUS_CACHE_USED)
  }

  /** How often the engine has found a page in its cache, and not, and how many pages transactions have written. */
  pageCounts(): { readonly hits: number; readonly misses: number; readonly written: number } {
    return {
      hits: this.#status(SQLITE_DBSTATUS_CACHE_HIT),
      misses: this.#status(SQLITE_DBSTATUS_CACHE_MISS),
      written: this.#status(SQLITE_DBSTATUS_CACHE_WRITE),
    }
  }

  #status(what: number): number {
    const { module, scratch } = this.engine
    const out = scratch.resultOut
    module._sqlite3_db_status(this.#handle, what, out, out + 4, 0)
    return module.heapView.getInt32(out, true)
  }

  /** How much the page cache may take. */
  setCacheSize(sizeKiB: number): void {
    if (sizeKiB === this.#cacheKiB) return
    this.execute(`PRAGMA cache_size = -${sizeKiB};`)
    this.#cacheKiB = sizeKiB
  }

  /** What was set last; 0: nothing was. */
  get cacheBytes(): number {
    return this.#cacheKiB * 1024
  }

  /** Forgets every cached page. No transaction may be open. */
  clearCache(): void {
    this.engine.module._sqlite3_file_control(this.#handle, 0, SQLITE_FCNTL_RESET_CACHE, 0)
  }

  /** Closes the connection as it is: the write-ahead log is left for the next one. */
  abandon(): void {
    this.#configure(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    this.close()
  }

  /** Finalizes all statements and closes the connection. */
  close(): void {
    for (const statement of this.#statements.values()) statement.finalize()
    this.#statements.clear()
    this.#endWatch()
    const resultCode = this.engine.module._sqlite3_close_v2(this.#handle)
    // What its files have thrown as they were closed SQLite passes over: it must not be taken for the cause of a later failure.
    this.engine.bridge.takeError()
    if (resultCode !== SQLITE_OK) throw new Error(`unreachable: close gave ${resultCode}`)
  }

  /** Switches an option of the connection on (1) or off (0). */
  #configure(option: number, value: 0 | 1): void {
    const { module, scratch } = this.engine
    // A variadic C function: its further arguments, the value and where to report it (nowhere), lie in the heap.
    const variadic = scratch.resultOut
    module.heapView.setInt32(variadic, value, true)
    module.heapView.setInt32(variadic + 4, 0, true)
    const resultCode = module._sqlite3_db_config(this.#handle, option, variadic)
    if (resultCode !== SQLITE_OK)
      throw new Error(`unreachable: option ${option} gave ${resultCode}`)
  }

  #readOnce<Result>(sql: string, read: (statement: Statement) => Result): Result {
    const statement = new Statement(this, this.engine.module, this.#compile(sql))
    try {
      if (!statement.step()) throw new Error(`unreachable: no row from ${sql}`)
      return read(statement)
    } finally {
      statement.finalize()
    }
  }

  #compile(sql: string): number {
    const { module, scratch } = this.engine
    const statementOut = scratch.resultOut
    const resultCode = withCString(module, sql, (text) =>
      module._sqlite3_prepare_v3(
        this.#handle,
        text,
        -1,
        SQLITE_PREPARE_PERSISTENT,
        statementOut,
        0,
      ),
    )
    const pointer = module.heapView.getUint32(statementOut, true)
    if (resultCode !== SQLITE_OK) throw this.error(resultCode)
    return pointer
  }
}

/** Schema, table and column of large values, as C strings. */
const valuePlace = 'main\0large_values\0value\0'
const tableAt = valuePlace.indexOf('large_values')
const columnAt = valuePlace.indexOf('value\0')

function openHandle(engine: ConnectedEngine, path: string, label: string): number {
  const { module, bridge, scratch } = engine
  const handleOut = scratch.resultOut
  const resultCode = withCString(module, path, (file) =>
    module._sqlite3_open_v2(file, handleOut, SQLITE_OPEN_READWRITE, 0),
  )
  const handle = module.heapView.getUint32(handleOut, true)
  if (resultCode === SQLITE_OK) return handle

  // Engine: a failed open leaves a handle too.
  module._sqlite3_close_v2(handle)
  const cause = bridge.takeError()
  const message = `${label}: the file cannot be opened (SQLite result code ${resultCode})`
  throw sqliteError(resultCode, message, cause)
}
