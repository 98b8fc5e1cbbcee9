import {
  bigintValue,
  booleanValue,
  bufferByteLength,
  classString,
  dateTime,
  getPrototypeOf,
  isArray,
  isView,
  mapSize,
  numberValue,
  regExpSource,
  setSize,
  sharedBufferByteLength,
  stringValue,
  symbolValue,
} from './intrinsics.ts'

/** What an object is by its internal slots, whatever its prototype and its realm. */
export type Brand =
  | 'Boolean'
  | 'Number'
  | 'BigInt'
  | 'String'
  | 'Symbol'
  | 'Date'
  | 'RegExp'
  | 'SharedArrayBuffer'
  | 'ArrayBuffer'
  | 'view'
  | 'Map'
  | 'Set'
  | 'Error'
  | 'Array'
  | 'other'

/** Answers of the runtime about internal slots: `util.types` of Node, Bun and Deno. */
interface RuntimeTypes {
  isProxy(value: unknown): boolean
  isNativeError(value: unknown): boolean
  isModuleNamespaceObject(value: unknown): boolean
}

/** Null in browsers. Asked for in this way because a page's bundler must not meet an import of Node's. */
const runtimeTypes: RuntimeTypes | null =
  globalThis.process?.getBuiltinModule?.('node:util')?.types ?? null

/**
 * Whether `value` is a Proxy, which nothing may clone. Always false where the runtime does not tell (browsers): there a
 * Proxy is cloned as the object it shows.
 */
export const isProxy: (value: unknown) => boolean = runtimeTypes?.isProxy ?? (() => false)

/** Whether `value` is what `import * as` gives. */
export const isModuleNamespace: (value: unknown) => boolean =
  runtimeTypes?.isModuleNamespaceObject ??
  ((value) => getPrototypeOf(value) === null && classString(value) === '[object Module]')

const { isError } = Error as { isError?: (value: unknown) => boolean }

const isNativeError: (value: unknown) => boolean =
  isError ??
  runtimeTypes?.isNativeError ??
  ((value) => classString(value) === '[object Error]' && !(Symbol.toStringTag in Object(value)))

/** In the order of the standard's algorithm. */
const tests: readonly (readonly [Brand, (value: unknown) => boolean])[] = [
  ['Boolean', accepts(booleanValue)],
  ['Number', accepts(numberValue)],
  ['BigInt', accepts(bigintValue)],
  ['String', accepts(stringValue)],
  ['Symbol', accepts(symbolValue)],
  ['Date', accepts(dateTime)],
  ['RegExp', accepts(regExpSource, RegExp.prototype)],
  ['SharedArrayBuffer', sharedBufferByteLength ? accepts(sharedBufferByteLength) : () => false],
  ['ArrayBuffer', accepts(bufferByteLength)],
  ['view', isView],
  ['Map', accepts(mapSize)],
  ['Set', accepts(setSize)],
  ['Error', isNativeError],
  ['Array', isArray],
]

const testOf = new Map(tests)

/** What objects with this prototype most likely are: one test instead of all. */
const likely = new Map<unknown, Brand>([
  [Boolean.prototype, 'Boolean'],
  [Number.prototype, 'Number'],
  [BigInt.prototype, 'BigInt'],
  [String.prototype, 'String'],
  [Date.prototype, 'Date'],
  [RegExp.prototype, 'RegExp'],
  [ArrayBuffer.prototype, 'ArrayBuffer'],
  [Uint8Array.prototype, 'view'],
  [Map.prototype, 'Map'],
  [Set.prototype, 'Set'],
  [Array.prototype, 'Array'],
])

/** The brand of an object that is not a Proxy. */
export function brandOf(value: object): Brand {
  const guess = likely.get(getPrototypeOf(value))
  if (guess !== undefined && testOf.get(guess)?.(value)) return guess
  for (const [brand, test] of tests) if (test(value)) return brand
  return 'other'
}

/**
 * A test for the internal slot that `read` needs. `exception` is the one object `read` answers although it has no slot.
 */
function accepts(
  read: (self: unknown) => unknown,
  exception?: object,
): (value: unknown) => boolean {
  return (value) => {
    try {
      read(value)
      return value !== exception
    } catch {
      // The answer, not a failure: `read` throws for every object without the slot.
      return false
    }
  }
}
