/**
 * The part of wa-sqlite's glue that `src/sqlite/` uses. All numbers are 32-bit integers or pointers into the heap unless
 * said otherwise; 64-bit integers cross as two halves, low first.
 */
declare module 'wa-sqlite/dist/wa-sqlite.mjs' {
  /** The engine's module object: exported C functions and the heap they work on. */
  export interface WaSqlite {
    /** Replaced whenever the heap grows: read it anew on every use. */
    readonly HEAPU8: Uint8Array

    _sqlite3_malloc(byteCount: number): number
    _sqlite3_free(pointer: number): void
    _sqlite3_open_v2(path: number, handleOut: number, flags: number, vfsName: number): number
    _sqlite3_close_v2(handle: number): number
    _sqlite3_db_config(handle: number, option: number, variadic: number): number
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
    _sqlite3_finalize(statement: number): number
    _sqlite3_step(statement: number): number
    _sqlite3_reset(statement: number): number
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
    _sqlite3_column_type(statement: number, column: number): number
    _sqlite3_column_int(statement: number, column: number): number
    /** Returns a double. */
    _sqlite3_column_double(statement: number, column: number): number
    _sqlite3_column_blob(statement: number, column: number): number
    _sqlite3_column_text(statement: number, column: number): number
    _sqlite3_column_bytes(statement: number, column: number): number
    _sqlite3_changes(handle: number): number
    _sqlite3_get_autocommit(handle: number): number
    _sqlite3_extended_errcode(handle: number): number
    _sqlite3_errmsg(handle: number): number
    _sqlite3_serialize(handle: number, schema: number, sizeOut: number, flags: number): number

    /** Says what the glue calls for the C object `key`: an object's methods by name, or one function for all. */
    setCallback(key: number, target: WaSqliteVfs | WaSqliteRelay): void
    /** Registers a VFS object under `vfs.name`; returns a result code. */
    vfs_register(vfs: WaSqliteVfs, makeDefault: boolean): number
  }

  /** The VFS methods as the glue calls them; each returns a result code and must not throw. */
  export interface WaSqliteVfs {
    readonly name: string
    readonly mxPathname: number
    hasAsyncMethod(method: string): boolean
    xOpen(vfs: number, path: number, file: number, flags: number, flagsOut: number): number
    xDelete(vfs: number, path: number, syncDirectory: number): number
    xAccess(vfs: number, path: number, flags: number, resultOut: number): number
    xFullPathname(vfs: number, path: number, byteCount: number, pathOut: number): number
    xClose(file: number): number
    xRead(file: number, into: number, byteCount: number, low: number, high: number): number
    xWrite(file: number, from: number, byteCount: number, low: number, high: number): number
    xTruncate(file: number, low: number, high: number): number
    xSync(file: number, flags: number): number
    xFileSize(file: number, sizeOut: number): number
    xLock(file: number, lock: number): number
    xUnlock(file: number, lock: number): number
    xCheckReservedLock(file: number, resultOut: number): number
    xFileControl(file: number, operation: number, argument: number): number
    xSectorSize(file: number): number
    xDeviceCharacteristics(file: number): number
  }

  /** One function for all methods of a VFS; `method` points to the method's name, the rest are its arguments. */
  export type WaSqliteRelay = (
    method: number,
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
  ) => number

  const createModule: (options: {
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): void
  }) => Promise<WaSqlite>
  export default createModule
}
