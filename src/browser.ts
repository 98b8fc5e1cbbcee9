/** What all builds for browsers have in common: the origin private file system is the default. */
import { hasSyncAccess } from '../vfs/opfs-access.ts'
import { opfs } from '../vfs/opfs.ts'
import type { Platform } from './platform.ts'
import { startBrowserWorker } from './start-browser-worker.ts'

/** Where a build for browsers has its parts. */
export interface BrowserParts {
  loadWasm(): Promise<WebAssembly.Module>
  /** Starts this package's own worker. */
  startWorker(): Worker
  /** Whether that finds the engine itself; else it is sent. */
  readonly canWorkerLoadWasm: boolean
}

/** The platform of a build for browsers. */
export function browserPlatformWith(parts: BrowserParts): Platform {
  return {
    defaultVfs: opfs,
    // Some kinds of worker can neither open files synchronously nor start a worker that can.
    needsWorker: ({ name }) => name === 'opfs' && !hasSyncAccess() && typeof Worker === 'function',
    loadWasm: () => parts.loadWasm(),
    startWorker: (choice, listener) => startBrowserWorker(choice, listener, parts),
    environment: () => undefined,
    shared: globalThis,
  }
}
