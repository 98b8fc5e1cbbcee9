/**
 * What `wa-sqlite.wasm` calls what it offers and what it needs. Its build shortens all names, so these belong to one
 * version of it: 2.0.6 of the package. A test compares them with the package's own JavaScript.
 */

/** C function, with the underscore it has in JavaScript → export. */
export const exportNames = {
  _main: 'hf',
  _libprogress_progress_handler: 'nf',
  _libvfs_vfs_register: 'of',
  _sqlite3_bind_blob: 'Ac',
  _sqlite3_bind_double: 'Cc',
  _sqlite3_bind_int: 'Dc',
  _sqlite3_bind_int64: 'Ec',
  _sqlite3_bind_null: 'Fc',
  _sqlite3_bind_text: 'Hc',
  _sqlite3_blob_close: '$c',
  _sqlite3_blob_open: '_c',
  _sqlite3_blob_read: 'ad',
  _sqlite3_changes: 'Wd',
  _sqlite3_close_v2: '$d',
  _sqlite3_column_blob: 'qc',
  _sqlite3_column_bytes: 'rc',
  _sqlite3_column_double: 'tc',
  _sqlite3_column_text: 'uc',
  _sqlite3_column_type: 'xc',
  _sqlite3_db_config: 'Sd',
  _sqlite3_db_status: 'ya',
  _sqlite3_errmsg: 'hd',
  _sqlite3_exec: 'kb',
  _sqlite3_extended_result_codes: 'Ne',
  _sqlite3_file_control: 'Oe',
  _sqlite3_finalize: 'mb',
  _sqlite3_free: 'Ja',
  _sqlite3_get_autocommit: 'Ke',
  _sqlite3_libversion_number: 'Kd',
  _sqlite3_malloc: 'Ha',
  _sqlite3_open_v2: 'Be',
  _sqlite3_prepare_v3: 'od',
  _sqlite3_reset: 'jb',
  _sqlite3_step: 'hb',
  _sqlite3_stmt_status: 'Wc',
} as const

/** The exports that are no C functions of SQLite's: the heap, and what runs the constructors of C. */
export const memoryName = 'pa'
export const constructorsName = 'qa'

/** The one module its imports come from. */
export const importModule = 'a'

/**
 * The imports through which a VFS's methods are called, by the types they take. The first two arguments are the VFS and
 * the method's name; `i` is an int, `p` a pointer, `j` a 64-bit integer in two halves, low first.
 */
export const vfsImportNames = {
  _ippp: 'j',
  _ipppi: 'c',
  _ipppip: 'h',
  _ipppj: 'z',
  _ipppp: 'e',
  _ippppi: 'ea',
  _ippppij: 'B',
  _ippppip: 'p',
  _ipppppip: 'la',
} as const

/** The import through which a progress handler is called, with the address that it was registered with. */
export const progressImportNames = { _ipp: 's' } as const

/** The imports beside those that are called in our use. */
export const importNames = {
  _emscripten_date_now: 'n',
  _emscripten_get_now: 'g',
  _emscripten_resize_heap: 'H',
  _environ_sizes_get: 'T',
  _environ_get: 'S',
} as const
