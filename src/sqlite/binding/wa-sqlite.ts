/**
 * The engine as an object: the exported C functions that `src/sqlite/` calls, and the heap they work on. All numbers are
 * 32-bit integers or pointers into the heap unless said otherwise; 64-bit integers cross as two halves, low first.
 */
import type { exportNames } from './wa-sqlite-names.ts'

/** Any exported function. */
type Exported = (...parameters: number[]) => number | void

/** The exported functions; a name that `exportNames` has beyond these is a compile error where they are put together. */
export interface WaSqliteFunctions extends Record<keyof typeof exportNames, Exported> {
  _main(argumentCount: number, argumentsPointer: number): number
  /** `flags` is the address of four bytes, zero; it tells one handler from the others. */
  _libprogress_progress_handler(
    handle: number,
    stepsPerCall: number,
    isOn: number,
    flags: number,
  ): void
  _libvfs_vfs_register(
    name: number,
    mxPathname: number,
    methodMask: number,
    asyncMask: number,
    makeDefault: number,
    vfsOut: number,
  ): number
  /** 3053000 for 3.53.0. */
  _sqlite3_libversion_number(): number
  _sqlite3_malloc(byteCount: number): number
  _sqlite3_free(pointer: number): void
  _sqlite3_open_v2(path: number, handleOut: number, flags: number, vfsName: number): number
  _sqlite3_close_v2(handle: number): number
  _sqlite3_db_config(handle: number, option: number, variadic: number): number
  _sqlite3_db_status(
    handle: number,
    quantity: number,
    currentOut: number,
    highestOut: number,
    isReset: number,
  ): number
  _sqlite3_extended_result_codes(handle: number, on: number): number
  _sqlite3_exec(
    handle: number,
    sql: number,
    callback: number,
    context: number,
    messageOut: number,
  ): number
  _sqlite3_prepare_v3(
    handle: number,
    sql: number,
    byteCount: number,
    flags: number,
    statementOut: number,
    tailOut: number,
  ): number
  _sqlite3_file_control(handle: number, schema: number, operation: number, argument: number): number
  _sqlite3_finalize(statement: number): number
  _sqlite3_step(statement: number): number
  _sqlite3_reset(statement: number): number
  _sqlite3_stmt_status(statement: number, quantity: number, isReset: number): number
  _sqlite3_bind_null(statement: number, index: number): number
  _sqlite3_bind_int(statement: number, index: number, value: number): number
  _sqlite3_bind_int64(statement: number, index: number, low: number, high: number): number
  /** `value` is a double. */
  _sqlite3_bind_double(statement: number, index: number, value: number): number
  _sqlite3_bind_blob(
    statement: number,
    index: number,
    pointer: number,
    byteCount: number,
    destructor: number,
  ): number
  _sqlite3_bind_text(
    statement: number,
    index: number,
    pointer: number,
    byteCount: number,
    destructor: number,
  ): number
  /** The row's id in two halves; 0: to read. A null pointer can be closed, too. */
  _sqlite3_blob_open(
    handle: number,
    schema: number,
    table: number,
    column: number,
    low: number,
    high: number,
    flags: number,
    blobOut: number,
  ): number
  _sqlite3_blob_read(blob: number, target: number, byteCount: number, offset: number): number
  _sqlite3_blob_close(blob: number): number
  _sqlite3_column_type(statement: number, column: number): number
  /** Returns a double. */
  _sqlite3_column_double(statement: number, column: number): number
  _sqlite3_column_blob(statement: number, column: number): number
  _sqlite3_column_text(statement: number, column: number): number
  _sqlite3_column_bytes(statement: number, column: number): number
  _sqlite3_changes(handle: number): number
  _sqlite3_get_autocommit(handle: number): number
  _sqlite3_errmsg(handle: number): number
}

/** The engine's module object. */
export interface WaSqlite extends WaSqliteFunctions {
  readonly memory: WebAssembly.Memory
  /** The heap; replaced whenever it grows: read it again for every use. */
  HEAPU8: Uint8Array
  /** The same bytes; replaced likewise. */
  heapView: DataView
}
