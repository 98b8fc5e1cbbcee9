/**
 * The three kinds of error and how one becomes another. A leaf: every room may import it.
 *
 * - `TypeError`: misuse of this package's own options; made by `optionError`.
 * - `DOMException`: what the specification names; made here and nowhere else. Where the reason is this package's own, its
 *   `cause` says it to programs.
 * - `StorageError`: what goes wrong below the storage seam.
 *
 * What crosses the host's seam is none of these: it is a `Failure`, plain data.
 */
import { factsOf, IDBErrorCause, type IDBErrorFacts } from './base/error-cause.ts'
import { codeOf, soundFacts } from './base/error-facts.ts'
import { defineHidden, defineOwn } from './base/own-property.ts'
import { withoutAddress } from './base/server-url.ts'
import { isA, memberOf, reasonOf } from './base/thrown.ts'

export { errorCodes } from './base/error-cause.ts'
export { reasonOf } from './base/thrown.ts'
export type {
  IDBBlocker,
  IDBErrorCause,
  IDBErrorCode,
  IDBErrorFacts,
  IDBOwner,
} from './base/error-cause.ts'

/**
 * Why storage failed. `foreign`: a file of another program, or of a newer format; nothing is wrong with it. `lost`: the open
 * files are no longer those under their names, or belong to another owner.
 */
export type StorageErrorCode =
  'constraint' | 'full' | 'busy' | 'corrupt' | 'foreign' | 'lost' | 'io'

/** What is known of an error below the storage seam, in addition to its code and message. */
export interface StorageErrorOptions extends Partial<IDBErrorFacts> {
  /** The file system's or the engine's own error. */
  readonly cause?: unknown
}

/** An error below the storage seam. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  /** What programs are told. */
  readonly facts: IDBErrorFacts

  constructor(
    code: StorageErrorCode,
    message: string,
    { cause, ...facts }: StorageErrorOptions = {},
  ) {
    super(message, cause === undefined || cause === null ? {} : { cause })
    this.code = code
    const known = causeCodes[code]
    this.facts = soundFacts({ code: known, ...systemCodeUnder(code, cause), ...facts })
  }
}

const causeCodes: Record<StorageErrorCode, IDBErrorFacts['code']> = {
  constraint: 'ERR_IDB_CONSTRAINT',
  full: 'ERR_IDB_FULL',
  busy: 'ERR_IDB_LOCKED',
  corrupt: 'ERR_IDB_CORRUPT',
  foreign: 'ERR_IDB_FOREIGN_FILE',
  lost: 'ERR_IDB_FILES_LOST',
  io: 'ERR_IDB_IO',
}

/** The system's own code, where the system has failed. */
function systemCodeUnder(code: StorageErrorCode, cause: unknown): { systemCode?: string } {
  if (code !== 'io' && code !== 'full') return {}
  const systemCode = memberOf(cause, 'code')
  return typeof systemCode === 'string' && isSystemCode.test(systemCode) ? { systemCode } : {}
}

/** `ENOSPC`, but neither `ERR_SQLITE_ERROR` nor `SQLITE_CANTOPEN`. */
const isSystemCode = /^E(?!RR_)[A-Z0-9]{1,40}$/

/** Whether `error` says that the files are lost. */
export function isLost(error: unknown): error is StorageError {
  return isA(error, StorageError) && error.code === 'lost'
}

/** The DOMException names this package uses. */
const exceptionNames = [
  'AbortError',
  'ConstraintError',
  'DataCloneError',
  'DataError',
  'InvalidAccessError',
  'InvalidStateError',
  'NotFoundError',
  'NotReadableError',
  'NotSupportedError',
  'QuotaExceededError',
  'ReadOnlyError',
  'SecurityError',
  'SyntaxError',
  'TransactionInactiveError',
  'UnknownError',
  'VersionError',
] as const

/** One of them. */
export type DOMExceptionName = (typeof exceptionNames)[number]

/** The name that `value` is; undefined for anything else. */
export function exceptionNameOf(value: unknown): DOMExceptionName | undefined {
  return exceptionNames.find((known) => known === value)
}

/** A failure as plain data, so that it can cross a `MessagePort`. */
export interface Failure {
  readonly name: DOMExceptionName
  readonly message: string
  /** The underlying reason (an errno, the engine's message), for people; null where there is nothing to add. */
  readonly detail: string | null
  /** What programs are told; null: `name` says it, as the specification has it. */
  readonly facts: IDBErrorFacts | null
}

/** Captured at load: a test environment may replace the global later. */
const { DOMException: NativeDOMException } = globalThis

/** Makes the DOMException of that name; one with facts gets a cause that holds them. */
export function domException(
  name: DOMExceptionName,
  message: string,
  facts: IDBErrorFacts | null = null,
): DOMException {
  const failure = { name, message, detail: null, facts }
  return exceptionOf(failure)
}

/**
 * The `AbortError` of a request that ends with its transaction, whose reason it has: `error` ended the transaction; null: script
 * aborted it. `what` was aborted, in words; an `AbortError` has said itself what has become of it.
 */
export function abortError(what: string, error: DOMException | null): DOMException {
  if (!error) return domException('AbortError', what)
  const message = error.name === 'AbortError' ? error.message : `${what}: ${error.message}`
  const exception = domException('AbortError', message)
  if (error.cause !== undefined) defineHidden(exception, 'cause', error.cause)
  return exception
}

/** What all requests of a transaction are told with that were under way when it was aborted. */
export const transactionAborted = 'The transaction was aborted'

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
  name: DOMExceptionName,
  message: string,
  { detail = null, ...facts }: FailureOptions = {},
): Failure {
  const { code } = facts
  return { name, message, detail, facts: code ? soundFacts({ ...facts, code }) : null }
}

/** What is known of a failure, in addition to its name and message. */
export interface FailureOptions extends Partial<IDBErrorFacts> {
  readonly detail?: string | null
}

/** The DOMException script sees for `failure`. */
export function exceptionOf(failure: Failure): DOMException {
  const { name, message, detail, facts } = failure
  const text = textOf(failure)
  const exception =
    name === 'QuotaExceededError' ? quotaExceededError(text) : new NativeDOMException(text, name)
  if (facts) defineHidden(exception, 'cause', new IDBErrorCause(detail ?? message, facts))
  return exception
}

/** The whole message of a failure, with nothing said twice. */
export function textOf({ message, detail }: Failure): string {
  if (detail === null || message.endsWith(detail)) return message
  return detail.startsWith(message) ? detail : `${message}: ${detail}`
}

/** The warning about an error that has no listener. */
export function unheard(title: string, error: DOMException): DOMException {
  const message = `${title} failed, and its request has no listener for "error": ${error.message}`
  return domException(error.name as DOMExceptionName, message, factsUnder(error)) // It was made here.
}

/** The TypeError for an option, or its value, that is not accepted. `option`: its name. */
export function optionError(option: string, message: string): TypeError {
  return misuse(message, { code: 'ERR_IDB_INVALID_OPTION', option: withoutAddress(option) })
}

/** The TypeError for options that contradict those of another factory on the directory at `path`. */
export function conflictError(message: string, path: string): TypeError {
  return misuse(message, { code: 'ERR_IDB_OPTIONS_CONFLICT', path })
}

function misuse(message: string, facts: IDBErrorFacts): TypeError {
  const error = new TypeError(message)
  for (const [name, value] of Object.entries(facts)) defineOwn(error, name, value)
  return error
}

/** What a TypeError that was made here tells programs; null for anything else. */
export function factsOfMisuse(error: unknown): IDBErrorFacts | null {
  if (!isA(error, TypeError)) return null
  const code = codeOf(memberOf(error, 'code'))
  if (code === undefined) return null
  const [path, option] = [memberOf(error, 'path'), memberOf(error, 'option')]
  return soundFacts({ code, path, option } as IDBErrorFacts) // It keeps no others.
}

/** Where a failure happened. */
export type FailurePlace = Pick<IDBErrorFacts, 'path' | 'database' | 'file'>

/** The failure that crosses the seam for what was thrown below it. Never throws, whatever that was. */
export function failureOf(error: unknown, place: FailurePlace = {}): Failure {
  if (isA(error, StorageError)) {
    const { code, message, cause, facts } = error
    return inPlace({ name: namesOfCodes[code], message, detail: reasonOf(cause), facts }, place)
  }
  const message = reasonOf(error) ?? ''
  const name = isA(error, NativeDOMException) && exceptionNameOf(memberOf(error, 'name'))
  if (name) return inPlace({ name, message, detail: null, facts: factsUnder(error) }, place)
  const facts = factsOfMisuse(error)
  if (facts) return failure('UnknownError', message, { ...place, ...facts })
  const known = { ...place, code: 'ERR_IDB_INTERNAL', detail: reasonOf(error) } as const
  return failure('UnknownError', 'Unexpected error in the storage host', known)
}

/** The failure, with the place among its facts where it has facts and none of them says so. */
export function inPlace(failure: Failure, place: FailurePlace = {}): Failure {
  const { facts } = failure
  return facts ? { ...failure, facts: soundFacts({ ...place, ...facts }) } : failure
}

/** What an exception that was made here tells programs. */
function factsUnder(error: DOMException): IDBErrorFacts | null {
  const cause = memberOf(error, 'cause')
  return isA(cause, IDBErrorCause) ? factsOf(cause) : null
}

const namesOfCodes: Record<StorageErrorCode, DOMExceptionName> = {
  constraint: 'ConstraintError',
  full: 'QuotaExceededError',
  busy: 'UnknownError',
  corrupt: 'UnknownError',
  foreign: 'UnknownError',
  lost: 'UnknownError',
  io: 'UnknownError',
}
