/** Pages and workers of browsers: the engine and the worker's script lie beside this module. */
import { browserPlatformWith } from './any-browser.ts'
import { StorageError } from '../errors.ts'
import type { Platform } from '../hosting/platform.ts'
import { simulatedPage } from './simulated-page.ts'
import { startTrusted } from '../options/trusted-worker.ts'

const realPage = browserPlatformWith({
  loadWasm: () => compileAt(engineUrl()),
  // As bundlers know it, which put the script elsewhere.
  startWorker: () =>
    startTrusted(() => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })),
  canWorkerLoadWasm: true,
})

export const platform: Platform = simulatedPage() ?? realPage

const wayOut = 'serve wa-sqlite.wasm there, or give it compiled with the option "wasm"'

function engineUrl(): URL {
  try {
    return new URL('../../node_modules/wa-sqlite/dist/wa-sqlite.wasm', import.meta.url)
  } catch (cause) {
    const message =
      'The engine cannot be looked for, as this module has no address here; give wa-sqlite.wasm of this package, compiled, with the option "wasm"'
    throw new StorageError('io', message, { code: 'ERR_IDB_ENGINE', cause })
  }
}

async function compileAt(url: URL): Promise<WebAssembly.Module> {
  const response = await fetchEngine(url)
  // Streaming wants the server to name the right type.
  if (typeOf(response) !== 'application/wasm') return compileBytes(url, response)
  try {
    return await WebAssembly.compileStreaming(response)
  } catch {
    // What is wrong shows in the bytes.
    return compileBytes(url, await fetchEngine(url))
  }
}

async function fetchEngine(url: URL): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    const message = `The engine could not be fetched from ${url.href}; a Content-Security-Policy has to allow it in its connect-src`
    throw new StorageError('io', message, { code: 'ERR_IDB_ENGINE', cause })
  })
  if (response.ok) return response
  throw new StorageError(
    'io',
    `The engine could not be fetched: ${url.href} gave status ${response.status}; ${wayOut}`,
    { code: 'ERR_IDB_ENGINE' },
  )
}

async function compileBytes(url: URL, response: Response): Promise<WebAssembly.Module> {
  const bytes = await response.arrayBuffer()
  if (isWasm(bytes)) return WebAssembly.compile(bytes)
  throw new StorageError(
    'io',
    `The engine is not at ${url.href}, which gave something else (${typeOf(response)}); ${wayOut}`,
    { code: 'ERR_IDB_ENGINE' },
  )
}

/** Whether they begin as all of WebAssembly does; a page that a server gives for everything it does not find does not. */
function isWasm(bytes: ArrayBuffer): boolean {
  return bytes.byteLength >= 8 && new DataView(bytes).getUint32(0) === 0x00_61_73_6d
}

function typeOf({ headers }: Response): string | null {
  return headers.get('Content-Type')
}
