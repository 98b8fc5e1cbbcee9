/**
 * Registers a VFS with the engine. Its C side calls one function for all methods and says by the address of a method's
 * name which one is meant; an address is looked up in a tenth of the time that the name would take.
 */
import { readCString, withCString } from '../binding/c-string.ts'
import type { VfsFunction } from '../binding/instantiate.ts'
import type { WaSqlite } from '../binding/wa-sqlite.ts'
import { SQLITE_OK } from '../result-code.ts'

/**
 * The VFS methods as the engine calls them; each returns a result code and must not throw. A method not listed here is
 * the built-in VFS's.
 */
export interface WaSqliteVfs {
  readonly name: string
  readonly mxPathname: number
  xOpen(vfs: number, path: number, file: number, flags: number, flagsOut: number): number
  xDelete(vfs: number, path: number, syncDirectory: number): number
  xAccess(vfs: number, path: number, flags: number, resultOut: number): number
  xFullPathname(vfs: number, path: number, byteCount: number, pathOut: number): number
  xRandomness(vfs: number, byteCount: number, bytesOut: number): number
  xClose(file: number): number
  xRead(file: number, into: number, byteCount: number, low: number, high: number): number
  xWrite(file: number, from: number, byteCount: number, low: number, high: number): number
  xTruncate(file: number, low: number, high: number): number
  xSync(file: number, flags: number): number
  xFileSize(file: number, sizeOut: number): number
  xLock(file: number, lock: number): number
  xUnlock(file: number, lock: number): number
  xCheckReservedLock(file: number, resultOut: number): number
  xFileControl(file: number, operation: number, argument: number): number
  xSectorSize(file: number): number
  xDeviceCharacteristics(file: number): number
}

/** All methods of a VFS in the order of the engine's bit mask; those for shared memory, not used here, come after. */
const methodOrder = [
  'xOpen',
  'xDelete',
  'xAccess',
  'xFullPathname',
  'xRandomness',
  'xSleep',
  'xCurrentTime',
  'xGetLastError',
  'xCurrentTimeInt64',
  'xClose',
  'xRead',
  'xWrite',
  'xTruncate',
  'xSync',
  'xFileSize',
  'xLock',
  'xUnlock',
  'xCheckReservedLock',
  'xFileControl',
  'xSectorSize',
  'xDeviceCharacteristics',
]

type Method = (a: number, b: number, c: number, d: number, e: number) => number

/** The way from the engine to one VFS. */
export class VfsRelay {
  /** The address of a method's name → the method. */
  readonly #methods = new Map<number, Method>()
  #find: (name: number) => Method = () => {
    throw new Error('unreachable: the engine calls a VFS before there is one')
  }

  /** What the engine calls. */
  readonly call: VfsFunction = (_vfs, name, a, b, c, d, e) =>
    (this.#methods.get(name) ?? this.#find(name))(a, b, c, d, e)

  /** Registers `vfs` under its name, as the one that is used where none is named. */
  connect(module: WaSqlite, vfs: WaSqliteVfs): void {
    this.#find = (name) => {
      // The name is one of the methods' that registering has found on the object.
      const method = vfs[readCString(module, name) as 'xOpen'].bind(vfs) as Method
      this.#methods.set(name, method)
      return method
    }
    registerVfs(module, vfs)
  }
}

function registerVfs(module: WaSqlite, vfs: WaSqliteVfs): void {
  const methodMask = methodOrder.reduce((mask, name, bit) => mask | (Number(name in vfs) << bit), 0)
  const vfsOut = module._sqlite3_malloc(4)
  const resultCode = withCString(module, vfs.name, (name) =>
    module._libvfs_vfs_register(name, vfs.mxPathname, methodMask, 0, 1, vfsOut),
  )
  module._sqlite3_free(vfsOut)
  if (resultCode !== SQLITE_OK) {
    throw new Error(`unreachable: registering the VFS gave ${resultCode}`)
  }
}
