/** What maintenance is put together of. */
import type { ClosableIDBFactory, IDBFactory } from '../api/global/interfaces.ts'
import type { DirectoryFacts } from '../files/directory-facts.ts'
import type { Vfs } from '../files/vfs.ts'
import type { DirectoryStatus } from '../membership/directory-status.ts'
import type { EngineSource } from '../sqlite/maintenance/engine-source.ts'

/** What the functions of this room need of everything else. */
export interface Tools {
  readonly vfs: Vfs
  readonly engine: EngineSource
  /** A factory on a directory, which shares it with those that use it. */
  createIndexedDB(options: {
    readonly path: string
    readonly onWarning: (warning: Error) => void
  }): ClosableIDBFactory
  close(factory: IDBFactory): Promise<void>
  status(path: string): Promise<DirectoryStatus>
  /** What the file system says of a directory; no lock is taken. */
  factsOf(path: string): Promise<DirectoryFacts>
}

/** How far something has got. */
export interface MaintenanceProgress {
  readonly database: string
  readonly store: string
  /** Records of that object store, so far and in all. */
  readonly done: number
  readonly total: number
}

/** Called with how many records of a store have been looked at, of how many. */
export type StoreProgress = (store: string, done: number, total: number) => void

/** What the longer functions take. */
export interface MaintenanceOptions {
  /** Called now and then. */
  readonly onProgress?: (progress: MaintenanceProgress) => void
}
