/**
 * Starts the compiled engine. The package's own JavaScript does it for every use there is, a simulated file system
 * included; ours needs a twentieth of it, and reaches a VFS's methods without detours.
 */
import { StorageError } from '../../errors.ts'
import type { WaSqlite } from './wa-sqlite.ts'
import {
  constructorsName,
  exportNames,
  importModule,
  importNames,
  memoryName,
  progressImportNames,
  vfsImportNames,
} from './wa-sqlite-names.ts'

/** Called for each method of a VFS: `name` points to the method's name, the rest are its arguments. */
export type VfsFunction = (
  vfs: number,
  name: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
) => number

/** Called now and then while a statement of a connection runs, with what the connection is known by; 0: it may go on. */
export type ProgressFunction = (key: number) => number

/** What the engine calls. */
export interface Callbacks {
  readonly vfs: VfsFunction
  readonly progress: ProgressFunction
}

/** A page of WebAssembly's memory. */
const wasmPageSize = 65_536

/** The heap grows by at least a fifth, but takes no more than this beyond what is needed. */
const largestReserveBytes = 96 * 1024 * 1024

/** What the engine may import: numbers to a number. */
type Import = (
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
) => number

/** Makes an instance that calls `callbacks`: in about 5 ms of this thread, promised or not. */
export function instantiate(wasm: WebAssembly.Module, callbacks: Callbacks): WaSqlite {
  // Filled below: nothing is called before.
  const module = {} as WaSqlite
  const imports = { ...unreachableImportsOf(wasm), ...importsFor(callbacks, module) }
  const exports = exportsOf(wasm, imports)
  // The names belong to this very file; the interface says of each function what it takes and gives.
  const memory = exports[memoryName] as WebAssembly.Memory
  const functions = Object.entries(exportNames).map(([name, short]) => [name, exports[short]])
  Object.assign(module, Object.fromEntries(functions), { memory }, viewsOf(memory))
  const runConstructors = exports[constructorsName] as () => void
  runConstructors()
  module._main(0, 0)
  return module
}

/** @throws StorageError when it is another module than this code was made for: users may give their own */
function exportsOf(wasm: WebAssembly.Module, imports: Record<string, Import>): WebAssembly.Exports {
  try {
    const { exports } = new WebAssembly.Instance(wasm, { [importModule]: imports })
    const missing = Object.entries(exportNames).find(([, short]) => !(short in exports))
    if (!missing) return exports
    throw new WebAssembly.LinkError(`it lacks ${missing[0]}`)
  } catch (error) {
    if (error instanceof RangeError) throw error
    const message = 'The compiled engine is not the wa-sqlite.wasm of this version of the package'
    throw new StorageError('io', message, { code: 'ERR_IDB_ENGINE', cause: error })
  }
}

function importsFor(callbacks: Callbacks, module: WaSqlite): Record<string, Import> {
  const imports: Record<string, Import> = {
    [importNames._emscripten_date_now]: () => Date.now(),
    [importNames._emscripten_get_now]: () => performance.now(),
    [importNames._emscripten_resize_heap]: (neededBytes) => growHeap(module, neededBytes >>> 0),
    [importNames._environ_get]: () => 0,
    [importNames._environ_sizes_get]: (countOut, bytesOut) => {
      module.heapView.setUint32(countOut, 0, true)
      module.heapView.setUint32(bytesOut, 0, true)
      return 0
    },
  }
  for (const name of Object.values(vfsImportNames)) imports[name] = callbacks.vfs
  for (const name of Object.values(progressImportNames)) imports[name] = callbacks.progress
  return imports
}

/** What serves files of the engine's own, time zones and the like: it has none. */
function unreachableImportsOf(wasm: WebAssembly.Module): Record<string, Import> {
  const imports: Record<string, Import> = {}
  for (const { name } of WebAssembly.Module.imports(wasm)) {
    imports[name] = () => {
      throw new Error(`unreachable: the engine called its import "${name}"`)
    }
  }
  return imports
}

function viewsOf({ buffer }: WebAssembly.Memory): Pick<WaSqlite, 'HEAPU8' | 'heapView'> {
  return { HEAPU8: new Uint8Array(buffer), heapView: new DataView(buffer) }
}

/** Returns 1, or 0 when there is no room. */
function growHeap(module: WaSqlite, neededBytes: number): number {
  const { memory } = module
  const oldBytes = memory.buffer.byteLength
  const roomyBytes = Math.min(oldBytes * 1.2, neededBytes + largestReserveBytes)
  for (const byteCount of [Math.max(roomyBytes, neededBytes), neededBytes]) {
    try {
      memory.grow(Math.ceil((byteCount - oldBytes) / wasmPageSize))
    } catch {
      // There is no such room; the engine is told so when there is none for the second try either.
      continue
    }
    Object.assign(module, viewsOf(memory))
    return 1
  }
  return 0
}
