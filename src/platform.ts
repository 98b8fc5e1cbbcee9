/** What the composition needs of the platform it runs on. */
import type { Vfs } from './sqlite/vfs.ts'

/** One kind of runtime: Node and its kin, or pages and workers. */
export interface Platform {
  /** The VFS of a factory that names none; on disk where the platform has one. */
  defaultVfs(): Vfs
  /** The compiled engine. Called once; a failure is tried again at the next use. */
  loadWasm(): Promise<WebAssembly.Module>
  /** An environment variable; undefined where it is not set or must not be read. */
  environment(name: string): string | undefined
  /** An object all realms of this thread share, so that a module loaded twice still has one registry. */
  readonly shared: object
}
