/** What a file system's error means above it, whichever engine has met it. */
import { isA, memberOf } from '../base/thrown.ts'
import { StorageError } from '../errors.ts'

/** What it says by itself; undefined when that is no more than that something failed. */
export function codeOfCause(error: unknown): 'full' | 'lost' | undefined {
  const code = memberOf(error, 'code')
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return 'full'
  return code === 'ESTALE' ? 'lost' : undefined
}

/** Whether it says that the disk or a quota is full, or that the file must not become longer. */
export function isFull(error: unknown): boolean {
  return codeOfCause(error) === 'full'
}

/** The StorageError for what a file or directory threw. */
export function fileError(label: string, action: string, cause: unknown): StorageError {
  if (isA(cause, StorageError)) return cause
  return new StorageError(codeOfCause(cause) ?? 'io', `${label}: ${action} failed`, { cause })
}
