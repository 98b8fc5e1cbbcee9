/**
 * The language's own methods and getters, taken when the module loads, so that nothing script does to a prototype
 * later is run or believed. Each is called with its receiver as the first argument; those that check their receiver's
 * internal slots do so for objects of every realm.
 */

import { isWorkerd } from '../../base/workerd.ts'

type Method<This, Args extends unknown[], Result> = (self: This, ...args: Args) => Result

const bind = Function.prototype.bind

/** A method as a function of its receiver. */
// `as`: bind on `call` loses the types the caller states.
const uncurry = <This, Args extends unknown[], Result>(method: unknown) =>
  bind.call(Function.prototype.call, method as () => void) as Method<This, Args, Result>

/** A getter as a function of its receiver; null where this runtime has no such getter. */
export function getterOf<Result>(
  prototype: object | undefined,
  name: string | symbol,
): ((self: unknown) => Result) | null {
  const get = prototype && Object.getOwnPropertyDescriptor(prototype, name)?.get
  return get ? uncurry<unknown, [], Result>(get) : null
}

/**
 * The same for an attribute of a platform's class. Engine: in workerd the prototypes of some classes lack their getters, and
 * each object has its attributes itself; what this gives throws for objects of other classes, as a getter does.
 */
export function attributeOf<Result>(
  prototype: object | undefined,
  name: string,
): ((self: unknown) => Result) | null {
  const getter = getterOf<Result>(prototype, name)
  if (getter || !isWorkerd || !prototype) return getter
  return (self) => {
    if (typeof self !== 'object' || self === null || getPrototypeOf(self) !== prototype) {
      throw new TypeError(`The object is not of the class that has "${name}"`)
    }
    return (self as { [name: string]: Result })[name] as Result // The class has it.
  }
}

/** The same for getters that every supported runtime has. */
function knownGetterOf<Result>(
  prototype: object,
  name: string | symbol,
): (self: unknown) => Result {
  const getter = getterOf<Result>(prototype, name)
  if (getter === null) throw new Error(`This runtime lacks the getter ${String(name)}`)
  return getter
}

// `as`: the prototype of all typed arrays has no name of its own.
const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object

export const { getOwnPropertyDescriptor, getPrototypeOf, hasOwn, keys: ownKeys } = Object
export const { isArray, from: arrayFrom } = Array
export const { isView } = ArrayBuffer
export const arraySlice = uncurry<unknown[], [number, number], unknown[]>(Array.prototype.slice)

export const booleanValue = uncurry<unknown, [], boolean>(Boolean.prototype.valueOf)
export const numberValue = uncurry<unknown, [], number>(Number.prototype.valueOf)
export const bigintValue = uncurry<unknown, [], bigint>(BigInt.prototype.valueOf)
export const stringValue = uncurry<unknown, [], string>(String.prototype.valueOf)
export const symbolValue = uncurry<unknown, [], symbol>(Symbol.prototype.valueOf)
export const dateTime = uncurry<unknown, [], number>(Date.prototype.getTime)
export const sourceText = uncurry<unknown, [], string>(Function.prototype.toString)
export const classString = uncurry<unknown, [], string>(Object.prototype.toString)

export const regExpSource = knownGetterOf<string>(RegExp.prototype, 'source')

export const mapSize = knownGetterOf<number>(Map.prototype, 'size')
export const mapForEach = uncurry<unknown, [(value: unknown, key: unknown) => void], void>(
  Map.prototype.forEach,
)
export const mapSet = uncurry<Map<unknown, unknown>, [unknown, unknown], void>(Map.prototype.set)
export const weakMapGet = uncurry<
  WeakMap<object, readonly string[]>,
  [object],
  readonly string[] | undefined
>(WeakMap.prototype.get)
export const setSize = knownGetterOf<number>(Set.prototype, 'size')
export const setForEach = uncurry<unknown, [(value: unknown) => void], void>(Set.prototype.forEach)
export const setAdd = uncurry<Set<unknown>, [unknown], void>(Set.prototype.add)

export const bufferByteLength = knownGetterOf<number>(ArrayBuffer.prototype, 'byteLength')
export const bufferMaxByteLength = getterOf<number>(ArrayBuffer.prototype, 'maxByteLength')
export const bufferResizable = getterOf<boolean>(ArrayBuffer.prototype, 'resizable')
const { resize } = ArrayBuffer.prototype as { resize?: unknown }
export const bufferResize = resize ? uncurry<ArrayBuffer, [number], void>(resize) : null
export const sharedBufferByteLength = globalThis.SharedArrayBuffer
  ? knownGetterOf<number>(SharedArrayBuffer.prototype, 'byteLength')
  : null

/** The constructor's name of a typed array; undefined for everything else. */
export const typedArrayName = knownGetterOf<string | undefined>(
  typedArrayPrototype,
  Symbol.toStringTag,
)
export const typedArrayBuffer = knownGetterOf<ArrayBufferLike>(typedArrayPrototype, 'buffer')
export const typedArrayByteOffset = knownGetterOf<number>(typedArrayPrototype, 'byteOffset')
export const typedArrayLength = knownGetterOf<number>(typedArrayPrototype, 'length')
export const typedArrayByteLength = knownGetterOf<number>(typedArrayPrototype, 'byteLength')
/** Throws a TypeError if the typed array is out of bounds. */
export const typedArrayAt = uncurry<unknown, [number], unknown>(Uint8Array.prototype.at)
export const dataViewBuffer = knownGetterOf<ArrayBufferLike>(DataView.prototype, 'buffer')
/** These two throw a TypeError if the view is out of bounds. */
export const dataViewByteOffset = knownGetterOf<number>(DataView.prototype, 'byteOffset')
export const dataViewByteLength = knownGetterOf<number>(DataView.prototype, 'byteLength')

/** Whether a descriptor is that of a value: it must have it itself. */
export function isOfValue(
  descriptor: PropertyDescriptor | undefined,
): descriptor is PropertyDescriptor & { value: unknown } {
  return descriptor !== undefined && hasOwn(descriptor, 'value')
}
