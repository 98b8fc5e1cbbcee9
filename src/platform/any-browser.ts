/** What all builds for browsers have in common: the origin private file system is the default. */
import { hasSyncAccess } from '../../vfs/opfs/opfs-access.ts'
import { opfs } from '../../vfs/opfs.ts'
import { StorageError } from '../errors.ts'
import type { BrowserParts } from './browser-parts.ts'
import type { Platform } from '../hosting/platform.ts'
import { browserPeerOf, threadOwnerOf } from './browser-peers.ts'
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
    peerOf: browserPeerOf,
    standHere: threadOwnerOf,
    environment: () => undefined,
    shared: globalThis,
  }
}

const opaqueOrigin =
  'This page has no storage, as its origin is opaque: add allow-same-origin to the sandbox of a frame; a data: URL never has an ' +
  'origin; or use memory() here, or { port } to a page that has storage'

/** Pages loaded from files report an opaque origin, too, but some browsers give them storage. */
function isOriginOpaque(): boolean {
  const { origin, location } = globalThis as Partial<typeof globalThis>
  return (
    origin === 'null' && ['about:', 'data:', 'http:', 'https:'].includes(location?.protocol ?? '')
  )
}

/** @throws StorageError for what a policy forbids, otherwise the error itself */
function explainCompilation(error: unknown): never {
  if (!(error instanceof WebAssembly.CompileError)) throw error
  throw new StorageError(
    'io',
    "The engine could not be compiled: allow 'wasm-unsafe-eval' in the script-src of the page's Content-Security-Policy; " +
      'where nothing may be compiled at run time, pass wa-sqlite.wasm, compiled, as the option "wasm"',
    { code: 'ERR_IDB_ENGINE', cause: error },
  )
}
