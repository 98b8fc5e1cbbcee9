/** Loads the engine that lies beside this module. */
import { StorageError } from '../errors.ts'

const wayOut = 'serve wa-sqlite.wasm there, or pass it, compiled, as the option "wasm"'

/** @throws StorageError that says why it cannot be had, and what to do */
export async function loadEngineBeside(): Promise<WebAssembly.Module> {
  return compileAt(engineUrl())
}

function engineUrl(): URL {
  try {
    return new URL('../../node_modules/wa-sqlite/dist/wa-sqlite.wasm', import.meta.url)
  } catch (cause) {
    const message =
      'The engine cannot be located, as this module has no URL here; pass wa-sqlite.wasm of this package, compiled, as the option "wasm"'
    throw new StorageError('io', message, { code: 'ERR_IDB_ENGINE', cause })
  }
}

async function compileAt(url: URL): Promise<WebAssembly.Module> {
  const response = await fetchEngine(url)
  // Streaming compilation insists on the right Content-Type.
  if (typeOf(response) !== 'application/wasm') return compileBytes(url, response)
  try {
    return await WebAssembly.compileStreaming(response)
  } catch {
    // The bytes show what is wrong.
    return compileBytes(url, await fetchEngine(url))
  }
}

async function fetchEngine(url: URL): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    const message = `The engine could not be fetched from ${url.href}; if the page has a Content-Security-Policy, allow this URL in its connect-src`
    throw new StorageError('io', message, { code: 'ERR_IDB_ENGINE', cause })
  })
  if (response.ok) return response
  throw new StorageError(
    'io',
    `The engine could not be fetched: ${url.href} answered with status ${response.status}; ${wayOut}`,
    { code: 'ERR_IDB_ENGINE' },
  )
}

async function compileBytes(url: URL, response: Response): Promise<WebAssembly.Module> {
  const bytes = await response.arrayBuffer()
  if (isWasm(bytes)) return WebAssembly.compile(bytes)
  throw new StorageError(
    'io',
    `${url.href} is not the engine: the server answered with something else (${typeOf(response)}); ${wayOut}`,
    { code: 'ERR_IDB_ENGINE' },
  )
}

/** Whether the bytes begin as WebAssembly does; the page that some servers send for every URL they do not know does not. */
function isWasm(bytes: ArrayBuffer): boolean {
  return bytes.byteLength >= 8 && new DataView(bytes).getUint32(0) === 0x00_61_73_6d
}

function typeOf({ headers }: Response): string | null {
  return headers.get('Content-Type')
}
