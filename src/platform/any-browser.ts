/** What all builds for browsers have in common: the origin private file system is the default. */
import { hasSyncAccess } from '../../vfs/opfs/opfs-access.ts'
import { opfs } from '../../vfs/opfs.ts'
import { StorageError } from '../errors.ts'
import type { BrowserParts } from './browser-parts.ts'
import type { Platform } from '../hosting/platform.ts'
import { startBrowserWorker } from './start-browser-worker.ts'
import { webLocksPresence } from './web-locks-presence.ts'

/** The platform of a build for browsers. */
export function browserPlatformWith(parts: BrowserParts): Platform {
  const loadWasm = (): Promise<WebAssembly.Module> => parts.loadWasm().catch(explainCompilation)
  const explainedParts = { ...parts, loadWasm }
  return {
    defaultVfs: opfs,
    // Some kinds of worker can neither open files synchronously nor start a worker that can.
    needsWorker: ({ name }) => name === 'opfs' && !hasSyncAccess() && typeof Worker === 'function',
    denialOf: ({ name }) => (name === 'opfs' && isOriginOpaque() ? opaqueOrigin : null),
    loadWasm,
    startWorker: (choice, listener) => startBrowserWorker(choice, listener, explainedParts),
    presence: webLocksPresence,
    environment: () => undefined,
    shared: globalThis,
  }
}

const opaqueOrigin =
  'No storage belongs to this page, whose origin is opaque: a sandboxed frame needs allow-same-origin, and an address that begins ' +
  'with data: has none; use memory() here, or { port } to a page that has storage'

/** Pages from files say that they are, too, and some browsers have storage for them. */
function isOriginOpaque(): boolean {
  const { origin, location } = globalThis as Partial<typeof globalThis>
  return (
    origin === 'null' && ['about:', 'data:', 'http:', 'https:'].includes(location?.protocol ?? '')
  )
}

/** @throws StorageError for what a policy forbids, else what was thrown */
function explainCompilation(error: unknown): never {
  if (!(error instanceof WebAssembly.CompileError)) throw error
  throw new StorageError(
    'io',
    "The engine could not be compiled; a Content-Security-Policy has to allow 'wasm-unsafe-eval' in its script-src, " +
      'and where nothing is compiled at run time, the option "wasm" takes the compiled wa-sqlite.wasm',
    { code: 'ERR_IDB_ENGINE', cause: error },
  )
}
