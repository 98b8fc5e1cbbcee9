import fs from 'node:fs'
import { VfsError } from '../../src/files/vfs.ts'
import { explanation } from './node-file-error.ts'

/**
 * The state of the file at `path`; null when there is none. Opening a pipe would wait for a writer, and a link
 * may lead out of the directory: neither is ever opened.
 *
 * @throws VfsError that names the file when it is no plain one
 */
export function statPlainFile(path: string): fs.BigIntStats | null {
  const stat = lstatOrNull(path)
  if (stat === null) return null
  if (stat.isFile()) return stat
  throw foreignFile(path, `it is a ${kindOf(stat)}, where this package keeps a file`)
}

/** Something that is not this package's lies where its own file belongs. */
export function foreignFile(path: string, reason: string, options?: ErrorOptions): VfsError {
  const message = `"${path}" is in the way: ${reason}; move it away or choose another directory`
  return new VfsError('EINVAL', message, options)
}

/** What a path that leads nowhere fails with. */
export const missing: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])
/** Whether an error says that something else lies there, and not that the look has failed. */
export function isForeign(error: unknown): error is VfsError {
  return error instanceof VfsError && error.code === 'EINVAL'
}

/** The state of whatever has that name; null when nothing has. Takes no descriptor. */
export function lstatOrNull(path: string): fs.BigIntStats | null {
  try {
    return fs.lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null
  } catch (error) {
    // Its directory may have been replaced by a file or a link since.
    if (missing.has((error as NodeJS.ErrnoException).code ?? '')) return null
    throw explanation(path, error)
  }
}

function kindOf(stat: fs.BigIntStats): string {
  if (stat.isDirectory()) return 'directory'
  if (stat.isSymbolicLink()) return 'symbolic link'
  if (stat.isFIFO()) return 'pipe'
  return stat.isSocket() ? 'socket' : 'device'
}
