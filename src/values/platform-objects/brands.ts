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

type Test = (value: unknown) => boolean

/** Answers of the runtime about internal slots: `util.types` of Node, Bun and Deno. */
interface RuntimeTypes {
  readonly isProxy: Test
  readonly isNativeError: Test
  readonly isModuleNamespaceObject: Test
  readonly isBooleanObject: Test
  readonly isNumberObject: Test
  readonly isBigIntObject: Test
  readonly isStringObject: Test
  readonly isSymbolObject: Test
  readonly isDate: Test
  readonly isRegExp: Test
  readonly isSharedArrayBuffer: Test
  readonly isArrayBuffer: Test
  readonly isMap: Test
  readonly isSet: Test
}

/** Null in browsers. Asked for in this way because a page's bundler must not meet an import of Node's. */
const runtimeTypes: RuntimeTypes | null =
  globalThis.process?.getBuiltinModule?.('node:util')?.types ?? null

/** False in real pages, where the classes of the platform are the browser's own. */
export const runsOutsideOfPages = runtimeTypes !== null

/**
 * Whether `value` is a Proxy, which nothing may clone. Always false where the runtime does not tell (browsers): there a
 * Proxy is cloned as the object it shows.
 */
export const isProxy: Test = runtimeTypes?.isProxy ?? (() => false)

/** Whether `value` is what `import * as` gives. */
const isModuleNamespace: Test =
  runtimeTypes?.isModuleNamespaceObject ??
  ((value) => getPrototypeOf(value) === null && classString(value) === '[object Module]')

const { isRawJSON } = JSON as { isRawJSON?: Test }

/**
 * Whether an object that inherits nothing is none of script's: what `import * as` or `JSON.rawJSON()` gives. In Bun the
 * former has a prototype after all, which holds `__esModule` and has none itself.
 */
export function isBarePlatformObject(value: object, prototype: unknown): boolean {
  if (prototype !== null && getPrototypeOf(prototype) !== null) return false
  return isModuleNamespace(value) || (isRawJSON?.(value) ?? false)
}

const { isError } = Error as { isError?: Test }

const isNativeError: Test =
  isError ??
  runtimeTypes?.isNativeError ??
  ((value) => classString(value) === '[object Error]' && !(Symbol.toStringTag in Object(value)))

/** Tests by a getter or method of the type, in the order of the standard's algorithm. */
const tests: readonly (readonly [Brand, Test])[] = [
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

const runtimeTests: Partial<Record<Brand, Test | undefined>> = {
  Boolean: runtimeTypes?.isBooleanObject,
  Number: runtimeTypes?.isNumberObject,
  BigInt: runtimeTypes?.isBigIntObject,
  String: runtimeTypes?.isStringObject,
  Symbol: runtimeTypes?.isSymbolObject,
  Date: runtimeTypes?.isDate,
  RegExp: runtimeTypes?.isRegExp,
  SharedArrayBuffer: runtimeTypes?.isSharedArrayBuffer,
  ArrayBuffer: runtimeTypes?.isArrayBuffer,
  Map: runtimeTypes?.isMap,
  Set: runtimeTypes?.isSet,
}

/**
 * The tests for objects of which nothing is known, most of which are refused: the runtime's own where it has some. A getter
 * that refuses throws, which costs as much as a clone; where it answers, it is faster than the runtime.
 */
const searchTests = tests.map(([brand, test]) => [brand, runtimeTests[brand] ?? test] as const)

/** What objects with this prototype most likely are: one test instead of all. */
const prototypes = new Map<Brand, readonly object[]>([
  ['Boolean', [Boolean.prototype]],
  ['Number', [Number.prototype]],
  ['BigInt', [BigInt.prototype]],
  ['String', [String.prototype]],
  ['Date', [Date.prototype]],
  ['RegExp', [RegExp.prototype]],
  ['ArrayBuffer', [ArrayBuffer.prototype]],
  ['view', [Uint8Array.prototype, Float32Array.prototype, Float64Array.prototype]],
  ['Map', [Map.prototype]],
  ['Set', [Set.prototype]],
  ['Array', [Array.prototype]],
])

const likely = new Map<unknown, (typeof tests)[number]>(
  tests.flatMap((it) => (prototypes.get(it[0]) ?? []).map((prototype) => [prototype, it] as const)),
)

/** Brands that an object's class string tells without an exception, where no tag is in its place. */
const toldByClassString = new Set<string>([
  'Boolean',
  'Number',
  'String',
  'Date',
  'RegExp',
  'Error',
  'Array',
] satisfies Brand[])

/** The brand of an object that is not a Proxy. */
export function brandOf(value: object): Brand {
  const guess = likely.get(getPrototypeOf(value))
  if (guess !== undefined && guess[1](value)) return guess[0]
  const told = runtimeTypes || Symbol.toStringTag in value ? null : classString(value).slice(8, -1)
  if (told !== null && toldByClassString.has(told)) return told as Brand // the set has brands only
  for (const [brand, test] of searchTests) {
    if ((told === null || !toldByClassString.has(brand)) && test(value)) return brand
  }
  return 'other'
}

/** Whether `value` is a function's `arguments`. No getter of script runs. */
export function isArguments(value: object): boolean {
  return !(Symbol.toStringTag in value) && classString(value) === '[object Arguments]'
}

/** The prototypes of types that an object is by its slots alone. */
const slottedPrototypes = new Set<unknown>([
  ...likely.keys(),
  Error.prototype,
  DataView.prototype,
  getPrototypeOf(Uint8Array.prototype),
])

/**
 * Whether an object without a brand inherits from a type that has one. In pages that may be a Proxy of such a type, which
 * would lose all it shows.
 */
export function onlyLooksBranded(value: object): boolean {
  let prototype = getPrototypeOf(value) as object | null
  for (; prototype !== null; prototype = getPrototypeOf(prototype) as object | null) {
    if (slottedPrototypes.has(prototype)) return true
  }
  return false
}

/**
 * A test for the internal slot that `read` needs. `exception` is the one object `read` answers although it has no slot.
 */
function accepts(read: (self: unknown) => unknown, exception?: object): Test {
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
