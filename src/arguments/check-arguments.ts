/**
 * What the functions of this package's own do with arguments that are none of theirs: a TypeError at once, which says what was expected.
 * A leaf: every room may import it.
 */
import { describeValue } from '../base/describe-value.ts'
import { memberOf } from '../base/thrown.ts'
import { optionError } from '../errors.ts'
import { isMemoryPath, memoryPathAdvice } from './memory-path.ts'
import { isServerPath, serverPathAdvice } from './server-path.ts'

/** What an argument has to be, and how an error says so. `advice`: what to do about a value that does not fit. */
export type Kind = readonly [
  fits: (value: unknown) => boolean,
  expected: string,
  advice?: (value: unknown) => string,
]

/**
 * Holds the arguments of a function against what they have to be. `of`: the function, as in `records()`.
 *
 * @throws TypeError for the first one that does not fit
 */
export function checkArguments(
  of: string,
  given: Readonly<Record<string, readonly [value: unknown, kind: Kind]>>,
): void {
  for (const [name, [value, [fits, expected, advice]]] of Object.entries(given)) {
    if (fits(value)) continue
    const message = `${of} needs ${expected} as \`${name}\`, got ${describeArgument(value)}`
    throw optionError(name.replace(/^.*\./, ''), message + (advice?.(value) ?? ''))
  }
}

/** An object by its class, where it says one. */
function describeArgument(value: unknown): string {
  const tag = typeof value === 'object' ? memberOf(value, tagMember) : undefined
  if (typeof tag !== 'string' || !/^[A-Za-z]\w{0,40}$/.test(tag)) return describeValue(value)
  return `${/^[AEIO]/i.test(tag) ? 'an' : 'a'} ${tag}`
}

// `as`: a member has a symbol as its name as well as a string.
const tagMember = Symbol.toStringTag as unknown as string
const iteratorMember = Symbol.iterator as unknown as string

/** Whether it has all these methods; never throws. */
const has =
  (...names: readonly string[]) =>
  (value: unknown): boolean =>
    value !== null &&
    typeof value === 'object' &&
    names.every((name) => typeof memberOf(value, name) === 'function')

/** The same kind, where the argument may be left out. */
export const optional = ([fits, ...others]: Kind): Kind => [
  (value) => value === undefined || fits(value),
  ...others,
]

export const aText: Kind = [(value) => typeof value === 'string', 'a string']
export const aPath: Kind = [
  (value) =>
    typeof value === 'string' && value !== '' && !isMemoryPath(value) && !isServerPath(value),
  'the path of a directory or file',
  (value) => {
    if (isServerPath(value)) return serverPathAdvice
    return isMemoryPath(value) ? memoryPathAdvice : ''
  },
]
export const aFunction: Kind = [(value) => typeof value === 'function', 'a function']
export const anObject: Kind = [
  (value) => typeof value === 'object' && value !== null,
  'an object of options',
]
export const aSignal: Kind = [has('addEventListener', 'throwIfAborted'), 'an AbortSignal']
export const aList: Kind = [
  (value) => typeof value === 'object' && typeof memberOf(value, iteratorMember) === 'function',
  'an array, or another iterable',
]
export const aFactory: Kind = [has('open', 'deleteDatabase', 'cmp'), 'an IDBFactory']
export const aDatabase: Kind = [has('transaction', 'close'), 'an IDBDatabase']
export const aStore: Kind = [has('get', 'put', 'delete'), 'an object store']
export const aSource: Kind = [has('get', 'openCursor'), 'an object store or an index']

/** A stream or what can be read as one. */
export const aStream: Kind = [
  (value) => has('getReader')(value) || has('stream')(value),
  'a ReadableStream or a Blob',
  (value) => {
    if (has('pipe', 'on')(value)) return ', a stream of Node; give Readable.toWeb() of it'
    return typeof value === 'string' ? '; give new Blob([text]) of a text' : ''
  },
]
