/**
 * Registers a VFS so that its methods are found fast. The glue decodes a method's name from the heap on every call; one
 * function for all methods gets the name's address instead, and an address is looked up in a tenth of the time.
 */
import type { WaSqlite, WaSqliteRelay, WaSqliteVfs } from 'wa-sqlite/dist/wa-sqlite.mjs'
import { readCString } from './binding/c-string.ts'
import { SQLITE_OK } from './result-code.ts'

type Method = (a: number, b: number, c: number, d: number, e: number) => number

/** Registers `vfs` under its name. */
export function registerVfs(module: WaSqlite, vfs: WaSqliteVfs): void {
  const { setCallback } = module
  // The glue hands over the object it was given; for its key it gets the relay instead.
  module.setCallback = (key) => setCallback(key, relayTo(module, vfs))
  const resultCode = module.vfs_register(vfs, false)
  module.setCallback = setCallback
  if (resultCode !== SQLITE_OK) {
    throw new Error(`unreachable: registering the VFS gave ${resultCode}`)
  }
}

function relayTo(module: WaSqlite, vfs: WaSqliteVfs): WaSqliteRelay {
  const methods = new Map<number, Method>()
  const find = (name: number): Method => {
    // The name is one of the methods' that registering has found on the object.
    const method = vfs[readCString(module, name) as 'xOpen'].bind(vfs) as Method
    methods.set(name, method)
    return method
  }
  return (name, a, b, c, d, e) => (methods.get(name) ?? find(name))(a, b, c, d, e)
}
