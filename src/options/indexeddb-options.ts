/** The options a user may give. Types only, so that their declarations lead to nothing inside the package. */
import type { Vfs } from '../files/vfs.ts'

/** What `createIndexedDB()` takes; every option has a default. */
export interface IndexedDBOptions {
  /**
   * The storage directory. Default: the environment variable `IDB_PATH`, else `.indexeddb` in the working directory; in a
   * browser, `.indexeddb` in the origin private file system.
   */
  readonly path?: string | undefined
  /** Where files are kept. Default: the file system where the platform has one. */
  readonly vfs?: Vfs | undefined
  /** What the durability hint `default` means. Default: `relaxed`. */
  readonly durability?: 'relaxed' | 'strict' | undefined
  /** What happens while somebody else owns the directory: requests fail (`throw`, the default) or wait. */
  readonly onLocked?: 'throw' | 'wait' | undefined
  /** How long `onLocked: 'wait'` waits, in milliseconds. Default: no limit. */
  readonly waitMs?: number | undefined
  /**
   * What happens when a database's file turns out to be damaged: opening fails and the file stays as it is (`throw`, the
   * default), or it is put aside and what can still be read of it goes into a fresh one (`salvage`).
   */
  readonly onCorrupt?: 'throw' | 'salvage' | undefined
  /**
   * How many bytes the files of the directory may take together, write-ahead logs included. A request that would take them
   * beyond it fails with QuotaExceededError, and its transaction aborts; deleting never fails for it. Default: no limit but
   * the disk's.
   */
  readonly quota?: number | undefined
  /**
   * When all pages of a database's file are checked as it opens: after it was not closed properly, up to 64 MiB (`unclean`,
   * the default), or every time, whatever its size (`always`). It takes some 3 ms for each MiB.
   */
  readonly check?: 'unclean' | 'always' | undefined
  /**
   * Is given trouble that no request can report: an `open()` or `deleteDatabase()` that failed and whose request has no listener
   * for `error`, housekeeping that failed, another program at an open file, a file that
   * cannot be listed, why a client of `serve()` was ended, what a salvage has saved and lost (the error's `report` says it as
   * data, see `salvageReport()`). Where several factories share a directory, that of the one that opened it. It is called in a
   * microtask of its own, and what it throws is reported like an event listener's exception. Default: `console.warn`.
   */
  readonly onWarning?: ((warning: Error) => void) | undefined
  /**
   * Where the engine runs: in this thread (`false`) or in a worker (`true`), so that no sync blocks this thread. A URL says
   * where the worker's script lies, for pages whose bundler or policy wants to know; a worker made from that script will do
   * too. Default: in this thread, but for OPFS on a page, which needs a worker.
   */
  readonly worker?: boolean | string | ScriptUrl | Port | undefined
  /**
   * The engine, compiled: `idb-everywhere/wa-sqlite.wasm` as a `WebAssembly.Module`, or a promise of one. For where none can be
   * compiled at run time (Cloudflare Workers), or where the package cannot find its own. Default: found beside the package.
   */
  readonly wasm?: object | undefined
  /** The port to the thread that owns the directory, where `serve()` has the other end. Says it all: no other option beside it. */
  readonly port?: Port | undefined
}

/** A `URL` or `TrustedScriptURL`; by its shape, as a program may be compiled without the platform's types. */
export interface ScriptUrl {
  toString(): string
  toJSON(): string
}

/** A `MessagePort` of the web or of Node, or a worker. */
export interface Port {
  postMessage(message: unknown): void
}

/** What `install()` takes. */
export interface InstallOptions extends IndexedDBOptions {
  /** The global object. Default: `globalThis`. */
  readonly target?: object | undefined
  /** Whether to replace an IndexedDB that is there already. Default: false. */
  readonly force?: boolean | undefined
}
