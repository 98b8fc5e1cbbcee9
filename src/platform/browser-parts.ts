import type { Platform } from '../hosting/platform.ts'

/** Where a build for browsers has its parts. */
export interface BrowserParts extends Pick<Platform, 'threads'> {
  loadWasm(): Promise<WebAssembly.Module>
  /** Starts this package's own worker. */
  startWorker(): Worker
  /** Whether that finds the engine itself; else it is sent. */
  readonly canWorkerLoadWasm: boolean
}
