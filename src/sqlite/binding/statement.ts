/**
 * A prepared statement, driven by direct calls of the exported C functions. Columns are read as places in the heap
 * without a copy; they are valid until the next `step()` or `reset()`.
 */
import type { WaSqlite } from './wa-sqlite.ts'
import { SQLITE_DONE, SQLITE_INTERRUPT, SQLITE_OK, SQLITE_ROW } from '../result-code.ts'

/** SQLITE_NULL, a column type. */
const typeNull = 5

const SQLITE_STMTSTATUS_VM_STEP = 4

/** The destructor value that says: the bytes stay where they are until the statement is done. */
const SQLITE_STATIC = 0

const decoder = new TextDecoder()

/** What a statement needs of its connection. */
export interface StatementOwner {
  /** How often the watch has looked since the last step began. */
  looks: number
  /** Whether the watch ends the step when it looks. */
  isBrief: boolean
  /** The error for a failed call. */
  error(resultCode: number): Error
}

/** A statement of one connection. Parameters count from 1, columns from 0; bindings stay until bound again. */
export class Statement {
  readonly #connection: StatementOwner
  readonly #module: WaSqlite
  readonly #pointer: number

  /** `pointer`: of the sqlite3_stmt, which the statement owns from now on. */
  constructor(connection: StatementOwner, module: WaSqlite, pointer: number) {
    this.#connection = connection
    this.#module = module
    this.#pointer = pointer
  }

  /** Binds an integer of at most 32 bits. */
  bindInt(index: number, value: number): void {
    this.#module._sqlite3_bind_int(this.#pointer, index, value)
  }

  /** Binds an integer of at most 53 bits. */
  bindInteger(index: number, value: number): void {
    const high = Math.floor(value / 0x1_0000_0000)
    this.#module._sqlite3_bind_int64(this.#pointer, index, value | 0, high)
  }

  bindDouble(index: number, value: number): void {
    this.#module._sqlite3_bind_double(this.#pointer, index, value)
  }

  bindNull(index: number): void {
    this.#module._sqlite3_bind_null(this.#pointer, index)
  }

  /**
   * Binds bytes that lie in the heap and stay there until the statement is done.
   * @throws StorageError when they are more than the engine takes.
   */
  bindBlob(index: number, pointer: number, byteCount: number): void {
    const resultCode = this.#module._sqlite3_bind_blob(
      this.#pointer,
      index,
      pointer,
      byteCount,
      SQLITE_STATIC,
    )
    // Larger than the engine takes: it would go on with NULL.
    if (resultCode !== SQLITE_OK) this.#fail(resultCode)
  }

  /** Binds UTF-8 text that lies in the heap and stays there until the statement is done. */
  bindText(index: number, pointer: number, byteCount: number): void {
    this.#module._sqlite3_bind_text(this.#pointer, index, pointer, byteCount, SQLITE_STATIC)
  }

  /**
   * Goes to the next row; false when there is none, and then the statement is reset.
   * @throws StorageError when the engine fails; the statement is reset.
   */
  step(): boolean {
    this.#connection.looks = 0
    const resultCode = this.#module._sqlite3_step(this.#pointer)
    if (resultCode === SQLITE_ROW) return true
    if (resultCode !== SQLITE_DONE) this.#fail(resultCode)
    this.#module._sqlite3_reset(this.#pointer)
    return false
  }

  /**
   * Goes to the first row of a statement that reads and gives one, if that takes some milliseconds at most. False: it would take
   * longer, and the statement is reset.
   * @throws StorageError when the engine fails; the statement is reset.
   */
  stepBriefly(): boolean {
    // The watch looks by steps since they were taken last.
    this.takeSteps()
    this.#connection.looks = 0
    this.#connection.isBrief = true
    const resultCode = this.#module._sqlite3_step(this.#pointer)
    this.#connection.isBrief = false
    if (resultCode === SQLITE_ROW) return true
    if (resultCode !== SQLITE_INTERRUPT) this.#fail(resultCode)
    this.#module._sqlite3_reset(this.#pointer)
    return false
  }

  /** Runs a statement that gives no rows. */
  run(): void {
    if (this.step()) this.reset()
  }

  /** How many steps of SQLite's machine it has taken since this was last asked. */
  takeSteps(): number {
    return this.#module._sqlite3_stmt_status(this.#pointer, SQLITE_STMTSTATUS_VM_STEP, 1)
  }

  /** Leaves the current row, so that the statement can be bound and run again. */
  reset(): void {
    this.#module._sqlite3_reset(this.#pointer)
  }

  /** Where the blob lies in the heap; 0 for NULL and for an empty blob. */
  blob(column: number): number {
    return this.#module._sqlite3_column_blob(this.#pointer, column)
  }

  /** The length of the blob or text, which must have been asked for before. */
  byteCount(column: number): number {
    return this.#module._sqlite3_column_bytes(this.#pointer, column)
  }

  /** A copy of the blob; empty for NULL. */
  copyBlob(column: number): Uint8Array {
    const start = this.blob(column)
    return this.#module.HEAPU8.slice(start, start + this.byteCount(column))
  }

  text(column: number): string {
    const start = this.#module._sqlite3_column_text(this.#pointer, column)
    return decoder.decode(this.#module.HEAPU8.subarray(start, start + this.byteCount(column)))
  }

  isNull(column: number): boolean {
    return this.#module._sqlite3_column_type(this.#pointer, column) === typeNull
  }

  /** An integer of at most 53 bits, or a double. */
  number(column: number): number {
    return this.#module._sqlite3_column_double(this.#pointer, column)
  }

  finalize(): void {
    this.#module._sqlite3_finalize(this.#pointer)
  }

  #fail(resultCode: number): never {
    const error = this.#connection.error(resultCode)
    this.#module._sqlite3_reset(this.#pointer)
    throw error
  }
}
