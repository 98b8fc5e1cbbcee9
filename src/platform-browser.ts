/** Pages and workers of browsers: the engine and the worker's script lie beside this module. */
import { browserPlatformWith } from './browser.ts'
import { StorageError } from './errors.ts'
import type { Platform } from './platform.ts'
import { simulatedPage } from './simulated-page.ts'

export const browserPlatform: Platform =
  simulatedPage() ??
  browserPlatformWith({
    loadWasm: () =>
      compileAt(new URL('../node_modules/wa-sqlite/dist/wa-sqlite.wasm', import.meta.url)),
    startWorker: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
    canWorkerLoadWasm: true,
  })

async function compileAt(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url)
  if (!response.ok) {
    throw new StorageError(
      'io',
      `The engine could not be fetched: ${url.href} gave status ${response.status}`,
    )
  }
  // Streaming wants the server to name the right type.
  if (response.headers.get('Content-Type') === 'application/wasm') {
    return WebAssembly.compileStreaming(response)
  }
  return WebAssembly.compile(await response.arrayBuffer())
}
