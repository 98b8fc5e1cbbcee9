/**
 * The parts of the origin private file system that only dedicated workers have; the platform's types for pages lack them.
 * https://fs.spec.whatwg.org/#api-filesystemsyncaccesshandle
 */
import { VfsError } from '../../src/files/vfs.ts'
import { now, pause } from '../clock.ts'

/** An open file, synchronous. While it is open the file can be neither opened again, moved nor removed. */
export interface SyncAccessHandle {
  read(into: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  getSize(): number
  flush(): void
  close(): void
}

/** A file's handle as a dedicated worker sees it. */
export interface FileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(options?: { mode: 'readwrite' }): Promise<SyncAccessHandle>
  move(newName: string): Promise<void>
}

/** A page that is being left lets go of its files a moment after its successor has loaded. */
const graceMs = 3000
const pauseMs = 20

/** Whether files can be opened synchronously in this thread. */
export function hasSyncAccess(): boolean {
  const { FileSystemFileHandle } = globalThis as { FileSystemFileHandle?: { prototype: object } }
  return (
    FileSystemFileHandle !== undefined && 'createSyncAccessHandle' in FileSystemFileHandle.prototype
  )
}

/** Opens a file for this thread alone; waits a little for a predecessor to let go of it. */
export async function openSyncAccess(file: FileHandle): Promise<SyncAccessHandle> {
  for (const start = now(); ; await pause(pauseMs)) {
    try {
      // The mode is the default; a browser that knows none ignores it.
      return await file.createSyncAccessHandle({ mode: 'readwrite' })
    } catch (error) {
      const isTaken =
        isNamed(error, 'NoModificationAllowedError') || isNamed(error, 'InvalidStateError')
      if (!isTaken || now() - start > graceMs) throw accessError(file.name, error)
    }
  }
}

/** The error of the VFS contract for whatever the platform threw. */
export function accessError(name: string, error: unknown): VfsError {
  if (error instanceof VfsError) return error
  const code = codes[nameOf(error)] ?? 'EIO'
  const reason = error instanceof Error ? error.message : String(error)
  return new VfsError(code, `File "${name}" in the origin private file system: ${reason}`, {
    cause: error,
  })
}

/** Whether `error` is a DOMException of that name. */
export function isNamed(error: unknown, name: string): boolean {
  return nameOf(error) === name
}

const codes: Readonly<Record<string, string>> = {
  QuotaExceededError: 'ENOSPC',
  NotFoundError: 'ENOENT',
  NoModificationAllowedError: 'EBUSY',
  TypeMismatchError: 'EISDIR',
  SecurityError: 'EACCES',
  NotAllowedError: 'EACCES',
}

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : ''
}
