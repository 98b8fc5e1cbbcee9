/**
 * The three kinds of error and how one becomes another. A leaf: every room may import it.
 *
 * - `TypeError`: misuse of this package's own options.
 * - `DOMException`: what the specification names; made here and nowhere else.
 * - `StorageError`: what goes wrong below the storage seam.
 *
 * What crosses the host's seam is neither: it is a `Failure`, plain data.
 */

/**
 * Why storage failed. `foreign`: a file of another program, or of a newer format; nothing is wrong with it. `lost`: the files
 * that are open are not those under their names any more, or another owner's.
 */
export type StorageErrorCode =
  'constraint' | 'full' | 'busy' | 'corrupt' | 'foreign' | 'lost' | 'io'

/** An error below the storage seam; `cause` holds the file system's or the engine's own error where there is one. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Whether `error` says that the files are lost. */
export function isLost(error: unknown): error is StorageError {
  return error instanceof StorageError && error.code === 'lost'
}

/** The DOMException names this package uses. */
export type DOMExceptionName =
  | 'AbortError'
  | 'ConstraintError'
  | 'DataCloneError'
  | 'DataError'
  | 'InvalidAccessError'
  | 'InvalidStateError'
  | 'NotFoundError'
  | 'NotReadableError'
  | 'NotSupportedError'
  | 'QuotaExceededError'
  | 'ReadOnlyError'
  | 'SecurityError'
  | 'SyntaxError'
  | 'TransactionInactiveError'
  | 'UnknownError'
  | 'VersionError'

/** A failure as plain data, so that it can cross a `MessagePort`. */
export interface Failure {
  readonly code: DOMExceptionName
  readonly message: string
  /** What lies under it (an errno, an engine's message), for people; null where there is nothing to add. */
  readonly detail: string | null
}

/** Captured at load: a test environment may replace the global later. */
const { DOMException: NativeDOMException } = globalThis

/** Makes the DOMException of that name. */
export function domException(name: DOMExceptionName, message: string): DOMException {
  return name === 'QuotaExceededError'
    ? quotaExceededError(message)
    : new NativeDOMException(message, name)
}

/** How much there may be and how much was asked for, in bytes, where the error says so. */
export interface Quota {
  readonly quota?: number
  readonly requested?: number
}

/** The platform's own `QuotaExceededError` class where there is one, else a DOMException of that name. */
export function quotaExceededError(message: string, quota: Quota = {}): DOMException {
  const { QuotaExceededError } = globalThis as {
    QuotaExceededError?: new (message: string, quota: Quota) => DOMException
  }
  return QuotaExceededError
    ? new QuotaExceededError(message, quota)
    : new NativeDOMException(message, 'QuotaExceededError')
}

/** Makes a failure. */
export function failure(
  code: DOMExceptionName,
  message: string,
  detail: string | null = null,
): Failure {
  return { code, message, detail }
}

/** The DOMException script sees for `failure`. */
export function exceptionOf(failure: Failure): DOMException {
  return domException(failure.code, textOf(failure))
}

/** All there is to say of a failure, and nothing twice. */
export function textOf({ message, detail }: Failure): string {
  if (detail === null || message.endsWith(detail)) return message
  return detail.startsWith(message) ? detail : `${message}: ${detail}`
}

/** The warning of an error that no listener has heard of. */
export function unheard(title: string, { name, message }: DOMException): DOMException {
  const text = `${title} failed, and its request has no listener for "error": ${message}`
  return domException(name as DOMExceptionName, text) // It was made here.
}

/** The failure that crosses the seam for whatever was thrown below it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof StorageError) {
    return failure(failureCodes[error.code], error.message, reasonOf(error.cause))
  }
  if (error instanceof NativeDOMException) {
    return failure(error.name as DOMExceptionName, error.message)
  }
  return failure('UnknownError', 'Unexpected error in the storage host', reasonOf(error))
}

const failureCodes: Record<StorageErrorCode, DOMExceptionName> = {
  constraint: 'ConstraintError',
  full: 'QuotaExceededError',
  busy: 'UnknownError',
  corrupt: 'UnknownError',
  foreign: 'UnknownError',
  lost: 'UnknownError',
  io: 'UnknownError',
}

/** What an error says, or whatever else was thrown; null where there is nothing. */
export function reasonOf(cause: unknown): string | null {
  if (cause === undefined || cause === null) return null
  return cause instanceof Error ? cause.message : String(cause)
}
