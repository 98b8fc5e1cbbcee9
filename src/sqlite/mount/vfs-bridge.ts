/**
 * Connects storage directories to SQLite: one VFS registered with the engine, whose methods find the file and call it.
 * SQLite knows a file by the address of its `sqlite3_file`.
 *
 * No method may throw: an exception would unwind through WebAssembly frames and leave SQLite inconsistent. Each returns a
 * result code, and the error is kept for the caller that reports the failure.
 * https://sqlite.org/c3ref/io_methods.html
 */
import { readCString } from '../binding/c-string.ts'
import type { WaSqlite } from '../binding/wa-sqlite.ts'
import { type FileKind, Mount } from './mount.ts'
import { isFull } from '../../files/file-error.ts'
import { readFile } from '../../files/io/read-file.ts'
import * as code from '../result-code.ts'
import { type OpenFile, Slot } from './slot.ts'
import { type VfsDirectory, type VfsFile, VfsError } from '../../files/vfs.ts'
import type { WaSqliteVfs } from './vfs-relay.ts'
import { frameHeaderSize } from './write-ahead-log-file.ts'

const SQLITE_OPEN_CREATE = 0x4
const SQLITE_OPEN_MAIN_DB = 0x100
const SQLITE_OPEN_WAL = 0x80000
const SQLITE_SYNC_DATAONLY = 0x10
const SQLITE_IOCAP_POWERSAFE_OVERWRITE = 0x1000

/** Captured at load: a test may replace it. */
const { random } = Math

/** The VFS of one engine. Its methods are called by the engine alone. */
export class VfsBridge implements WaSqliteVfs {
  readonly name = 'idb-everywhere'
  readonly mxPathname = 160
  readonly #module: WaSqlite
  /** First part of a path → what finds the rest. */
  readonly #mounts = new Map<string, Mount | Slot>()
  readonly #files = new Map<number, OpenFile>()
  /** Filled anew for each. */
  readonly #frameHeader = new Uint8Array(frameHeaderSize)
  #nextMountId = 1
  #error: unknown

  constructor(module: WaSqlite) {
    this.#module = module
  }

  /** Makes a directory's files reachable for SQLite. */
  mount(directory: VfsDirectory, options: { isPersistent: boolean }): Mount {
    const id = this.#nextMountId++
    const mount = new Mount(directory, id, options)
    this.#mounts.set(String(id), mount)
    return mount
  }

  /** Ends it; all its databases must be closed. */
  unmount(mount: Mount): void {
    for (const [id, mounted] of this.#mounts) {
      if (mounted === mount) this.#mounts.delete(id)
    }
  }

  /** Makes a path whose file may change. It goes when SQLite closes the file. */
  addSlot(): Slot {
    const id = String(this.#nextMountId++)
    const slot = new Slot(id)
    this.#mounts.set(id, slot)
    return slot
  }

  /** Ends a path that SQLite has opened nothing under. */
  removeSlot(slot: Slot): void {
    this.#mounts.delete(slot.id)
  }

  /** How many bytes the database SQLite has open under that path takes, what is in its log alone included. */
  bytesOf(path: string): number {
    const { mount, name } = this.#find(path)
    return (mount.openFile(name)?.size() ?? 0) + (mount.writeAheadLog(name)?.pendingBytes() ?? 0)
  }

  /** What a file last threw, once; undefined when nothing was thrown since. */
  takeError(): unknown {
    const error = this.#error
    this.#error = undefined
    return error
  }

  xOpen(_vfs: number, path: number, pointer: number, flags: number, flagsOut: number): number {
    return this.#guard(code.SQLITE_CANTOPEN, () => {
      const { mount, name, slot } = this.#resolve(path)
      const kind = kindOf(flags)
      const file = mount.open(name, { create: (flags & SQLITE_OPEN_CREATE) !== 0, kind })
      if (!file) return code.SQLITE_CANTOPEN
      const opened = { file, name, mount, slot: kind === 'database' ? slot : null }
      this.#files.set(pointer, opened)
      opened.slot?.noteOpened(opened)
      if (flagsOut !== 0) this.#module.heapView.setInt32(flagsOut, flags, true)
      return code.SQLITE_OK
    })
  }

  xDelete(_vfs: number, path: number): number {
    return this.#guard(code.SQLITE_IOERR_DELETE, () => {
      const { mount, name } = this.#resolve(path)
      mount.delete(name)
      return code.SQLITE_OK
    })
  }

  xAccess(_vfs: number, path: number, _flags: number, resultOut: number): number {
    return this.#guard(code.SQLITE_IOERR_ACCESS, () => {
      const { mount, name } = this.#resolve(path)
      this.#module.heapView.setInt32(resultOut, mount.exists(name) ? 1 : 0, true)
      return code.SQLITE_OK
    })
  }

  xFullPathname(_vfs: number, path: number, byteCount: number, pathOut: number): number {
    const heap = this.#module.HEAPU8
    const end = heap.indexOf(0, path) + 1
    if (end - path > byteCount) return code.SQLITE_CANTOPEN
    heap.copyWithin(pathOut, path, end)
    return code.SQLITE_OK
  }

  /** Seeds what makes the salts of write-ahead logs: they must differ and need not be secret. */
  xRandomness(_vfs: number, byteCount: number, bytesOut: number): number {
    const bytes = this.#module.HEAPU8.subarray(bytesOut, bytesOut + byteCount)
    for (let i = 0; i < byteCount; i++) bytes[i] = random() * 256
    return byteCount
  }

  xClose(file: number): number {
    // The engine allocates a table of methods for each file it opens, and forgets it when the file is closed.
    this.#module._sqlite3_free(this.#module.heapView.getUint32(file, true))
    return this.#guard(code.SQLITE_IOERR_CLOSE, () => {
      const opened = this.#files.get(file)
      this.#files.delete(file)
      if (opened?.slot) this.#mounts.delete(opened.slot.id)
      opened?.mount.close(opened.name, opened.file)
      return code.SQLITE_OK
    })
  }

  xRead(file: number, into: number, byteCount: number, low: number, high: number): number {
    try {
      const bytes = new Uint8Array(this.#module.HEAPU8.buffer, into, byteCount)
      const readBytes = readFile(this.#file(file), bytes, offsetOf(low, high))
      // SQLite relies on the rest being zeros, which they are.
      return readBytes === byteCount ? code.SQLITE_OK : code.SQLITE_IOERR_SHORT_READ
    } catch (error) {
      return this.#keep(error, code.SQLITE_IOERR_READ)
    }
  }

  xWrite(file: number, from: number, byteCount: number, low: number, high: number): number {
    try {
      this.#file(file).write(this.#bytesAt(from, byteCount), offsetOf(low, high))
      return code.SQLITE_OK
    } catch (error) {
      return this.#keep(error, code.SQLITE_IOERR_WRITE)
    }
  }

  xTruncate(file: number, low: number, high: number): number {
    return this.#guard(code.SQLITE_IOERR_TRUNCATE, () => {
      this.#file(file).truncate(offsetOf(low, high))
      return code.SQLITE_OK
    })
  }

  xSync(file: number, flags: number): number {
    return this.#guard(code.SQLITE_IOERR_FSYNC, () => {
      this.#file(file).sync((flags & SQLITE_SYNC_DATAONLY) !== 0)
      return code.SQLITE_OK
    })
  }

  xFileSize(file: number, sizeOut: number): number {
    return this.#guard(code.SQLITE_IOERR_FSTAT, () => {
      const size = this.#file(file).size()
      this.#module.heapView.setBigInt64(sizeOut, BigInt(size), true)
      return code.SQLITE_OK
    })
  }

  // There is no one to lock out: the directory has one owner, a file one connection.

  xLock(): number {
    return code.SQLITE_OK
  }

  xUnlock(): number {
    return code.SQLITE_OK
  }

  xCheckReservedLock(_file: number, resultOut: number): number {
    this.#module.heapView.setInt32(resultOut, 0, true)
    return code.SQLITE_OK
  }

  xFileControl(): number {
    return code.SQLITE_NOTFOUND
  }

  xSectorSize(): number {
    return 4096
  }

  xDeviceCharacteristics(): number {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE
  }

  #guard(failure: number, work: () => number): number {
    try {
      return work()
    } catch (error) {
      return this.#keep(error, failure)
    }
  }

  /** A view, or for the header of a frame in a log a copy, which costs a third of one. */
  #bytesAt(from: number, byteCount: number): Uint8Array {
    const { HEAPU8: heap } = this.#module
    if (byteCount !== frameHeaderSize) return new Uint8Array(heap.buffer, from, byteCount)
    const header = this.#frameHeader
    for (let i = 0; i < frameHeaderSize; i++) header[i] = heap[from + i] as number // It lies in the heap.
    return header
  }

  #keep(error: unknown, failure: number): number {
    this.#error = error
    return isFull(error) ? code.SQLITE_FULL : failure
  }

  #file(pointer: number): VfsFile {
    const opened = this.#files.get(pointer)
    if (!opened) throw new VfsError('EBADF', 'The file is not open')
    return opened.file
  }

  #resolve(path: number): { mount: Mount; name: string; slot: Slot | null } {
    if (path === 0) throw new VfsError('ENOENT', 'Temporary files are kept in memory')
    return this.#find(readCString(this.#module, path))
  }

  #find(text: string): { mount: Mount; name: string; slot: Slot | null } {
    const end = text.indexOf('/', 1)
    const found = this.#mounts.get(text.slice(1, end))
    if (!found) throw new VfsError('ENOENT', `No directory is mounted for ${text}`)
    const name = text.slice(end + 1)
    if (found instanceof Slot) return { ...found.resolve(name), slot: found }
    return { mount: found, name, slot: null }
  }
}

function kindOf(flags: number): FileKind {
  if ((flags & SQLITE_OPEN_MAIN_DB) !== 0) return 'database'
  return (flags & SQLITE_OPEN_WAL) !== 0 ? 'log' : 'other'
}

/** A file offset from its halves; the low one comes signed. */
function offsetOf(low: number, high: number): number {
  return high * 0x1_0000_0000 + (low >>> 0)
}
