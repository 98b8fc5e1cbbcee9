/** The options a user may give. Types only, so that their declarations lead to nothing inside the package. */
import type { Vfs } from './sqlite/vfs.ts'

/** What `createIndexedDB()` takes; every option has a default. */
export interface IndexedDBOptions {
  /**
   * The storage directory. Default: the environment variable `IDB_PATH`, else `.indexeddb` in the working directory.
   */
  readonly path?: string | undefined
  /** Where files are kept. Default: the file system where the platform has one. */
  readonly vfs?: Vfs | undefined
  /** What the durability hint `default` means. Default: `relaxed`. */
  readonly durability?: 'relaxed' | 'strict' | undefined
  /** What happens while somebody else owns the directory: requests fail (`throw`, the default) or wait. */
  readonly onLocked?: 'throw' | 'wait' | undefined
  /** How long `onLocked: 'wait'` waits, in milliseconds. Default: for ever. */
  readonly waitMs?: number | undefined
}

/** What `install()` takes. */
export interface InstallOptions extends IndexedDBOptions {
  /** The global object. Default: `globalThis`. */
  readonly target?: object | undefined
  /** Whether to replace an IndexedDB that is there already. Default: false. */
  readonly force?: boolean | undefined
}
