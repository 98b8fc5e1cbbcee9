/** What all builds for browsers have in common. */
import type { BrowserParts } from './browser-parts.ts'
import { memory } from '../../vfs/memory.ts'
import type { Platform } from '../hosting/platform.ts'
import { browserPeerOf } from './browser-peers.ts'
import { browserWorkerWith } from './any-browser-worker.ts'
import { startBrowserWorker } from './start-worker/browser.ts'

/** The platform of a build for browsers. */
export function browserPlatformWith(parts: BrowserParts): Platform {
  const common = browserWorkerWith(() => parts.loadWasm())
  const explainedParts = { ...parts, loadWasm: () => common.loadWasm() }
  return {
    ...common,
    witnesses: [],
    denialOf: ({ name }) => (name === 'opfs' && isOriginOpaque() ? opaqueOrigin : null),
    threads: parts.threads,
    startWorker: (choice, listener) => startBrowserWorker(choice, listener, explainedParts),
    scratch: async () => ({ vfs: memory(), path: 'scratch', remove: async () => {} }),
    peerOf: browserPeerOf,
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
