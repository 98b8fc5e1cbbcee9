/** Pages and workers of browsers: the origin private file system is the default, the engine lies beside this module. */
import { hasSyncAccess } from '../vfs/opfs-access.ts'
import { opfs } from '../vfs/opfs.ts'
import type { Platform } from './platform.ts'
import { startBrowserWorker } from './start-browser-worker.ts'

export const browserPlatform: Platform = {
  defaultVfs: opfs,
  needsWorker: ({ name }) => name === 'opfs' && !hasSyncAccess() && typeof Worker === 'function',
  loadWasm: () =>
    compileAt(new URL('../node_modules/wa-sqlite/dist/wa-sqlite.wasm', import.meta.url)),
  startWorker: (choice, listener) =>
    startBrowserWorker(choice, listener, {
      start: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
      wasm: null,
    }),
  environment: () => undefined,
  shared: globalThis,
}

async function compileAt(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url)
  if (!response.ok) {
    throw new Error(`The engine could not be fetched: ${url} gave status ${response.status}`)
  }
  // Streaming wants the server to name the right type.
  if (response.headers.get('Content-Type') === 'application/wasm') {
    return WebAssembly.compileStreaming(response)
  }
  return WebAssembly.compile(await response.arrayBuffer())
}
