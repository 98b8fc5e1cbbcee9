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
  /**
   * What happens while another process, thread or tab owns the directory: requests are passed on to that owner (`share`, the
   * default), where it shares, too; wait until it is free (`wait`); or fail (`throw`). With `share` all use the directory at the
   * same time; when the owner ends, another of them takes its place. A thread with `throw` or `wait` shares with no one.
   */
  readonly ifLocked?: 'throw' | 'wait' | 'share' | undefined
  /**
   * How long to wait, in milliseconds, for an owner that does not share (default: not at all) or does not answer (default: no
   * limit). With `ifLocked: 'wait'` how long to wait for any owner (default: no limit); without effect, and refused, with `throw`.
   */
  readonly waitMs?: number | undefined
  /**
   * What happens when a database's file turns out to be damaged: opening fails and the file stays as it is (`throw`, the
   * default), or it is put aside and what can still be read of it goes into a fresh one (`salvage`).
   */
  readonly ifCorrupt?: 'throw' | 'salvage' | undefined
  /**
   * How many bytes the files of the directory may take together, write-ahead logs included. A request that would exceed it
   * fails with QuotaExceededError, and its transaction aborts; deleting never fails because of it. Default: no limit but
   * the disk's.
   */
  readonly quotaBytes?: number | undefined
  /**
   * How many bytes of pages the engine keeps in memory, for all databases together that are open in its thread; at least 1 MiB. Where
   * directories with different ones are open there, the largest counts. Default: 64 MiB.
   */
  readonly cache?: number | undefined
  /**
   * When all pages of a database's file are checked as it opens: after it was not closed properly, up to 64 MiB (`unclean`,
   * the default), or every time, whatever its size (`always`). It takes about 3 ms for each MiB.
   */
  readonly integrityCheck?: 'unclean' | 'always' | undefined
  /**
   * Called with each problem that no request can report: an `open()` or `deleteDatabase()` that failed and whose request has no
   * listener for `error`, failed housekeeping, another program at an open file, a file that cannot be listed, why a client of
   * `serve()` was ended, what a salvage has saved and lost (as data in the error's `report`, see `salvageReport()`). The
   * error's `cause` has a `code`. Where several factories share a directory, the one that opened it is called. It is called in a
   * microtask of its own; an exception that it throws is reported like an event listener's. Beside `port` it gets the failures of
   * this thread's requests; the owner's `onWarning` gets what concerns the files. Default: `console.warn`.
   */
  readonly onWarning?: ((warning: Error) => void) | undefined
  /**
   * Whether errors tell how it came to them: a `TransactionInactiveError` where the transaction was created, last asked and used too
   * late, and how it ended; and whether a transaction that is alive for longer than `slowTransactionMs` (default: 10,000; `Infinity`:
   * never) is reported to `onWarning`. Default: where the environment variable `NODE_ENV` is `development` or `test`; not in browsers.
   */
  readonly explain?: boolean | { readonly slowTransactionMs?: number | undefined } | undefined
  /**
   * Where the engine runs: in this thread (`false`) or in a worker (`true`), so that no sync blocks this thread. Where the
   * worker's script cannot be found by itself, as with some bundlers and policies, its URL; or a worker started from that
   * script. Default: in this thread; on a page with OPFS, which needs a worker, in a worker.
   */
  readonly worker?: boolean | string | ScriptUrl | Port | undefined
  /**
   * The compiled engine: `idb-everywhere/wa-sqlite.wasm` as a `WebAssembly.Module`, or a promise of one. Needed where nothing
   * can be compiled at run time (Cloudflare Workers) and where the package cannot find its own. Default: the package's own.
   */
  readonly wasm?: object | undefined
  /** The port to the thread that owns the directory and calls `serve()` on the other end. Cannot be combined with options other than `onWarning` and `explain`. */
  readonly port?: Port | undefined
  /**
   * Where the databases are, if not on files: what `postgres()` of `idb-everywhere/postgres` gives. Cannot be combined with options other
   * than `onWarning` and `explain`.
   */
  readonly host?: DatabaseHost | undefined
  /** @deprecated Use `ifLocked`. */
  readonly onLocked?: 'throw' | 'wait' | 'share' | undefined
  /** @deprecated Use `ifCorrupt`. */
  readonly onCorrupt?: 'throw' | 'salvage' | undefined
  /** @deprecated Use `quotaBytes`. */
  readonly quota?: number | undefined
  /** @deprecated Use `integrityCheck`. */
  readonly check?: 'unclean' | 'always' | undefined
}

/** Where databases are, if not on files; made by this package alone. */
export interface DatabaseHost {
  sourceFor(onWarning: (warning: Error) => void): object
}

/** A `URL` or `TrustedScriptURL`, by its shape: a program may be compiled without the platform's types. */
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
  /** Whether to replace an IndexedDB that is there already. Default: false; it is left alone, and with `host` that is a TypeError. */
  readonly force?: boolean | undefined
}
