/**
 * What a value is, by its internal slots: prototypes lie, and objects of other realms (a frame, a vm context) have other
 * ones. Everything is captured when the module loads.
 */

/** The part of `util.types` used here. */
interface NativeTypes {
  isProxy(value: unknown): boolean
  isDate(value: unknown): boolean
  isAnyArrayBuffer(value: unknown): boolean
}

/** Node's, Bun's or Deno's `util.types`; undefined in browsers, which have nothing like it. */
const nativeTypes = (
  globalThis as {
    process?: { getBuiltinModule?: (name: string) => { types?: NativeTypes } | undefined }
  }
).process?.getBuiltinModule?.('node:util')?.types

const { getTime } = Date.prototype
const { isView } = ArrayBuffer
const clone = globalThis.structuredClone

const typedArrayPrototype: object = Object.getPrototypeOf(Uint8Array.prototype)
const typedArrayName = getterOf(typedArrayPrototype, Symbol.toStringTag)
const typedArrayBuffer = getterOf(typedArrayPrototype, 'buffer')
const typedArrayByteOffset = getterOf(typedArrayPrototype, 'byteOffset')
const typedArrayByteLength = getterOf(typedArrayPrototype, 'byteLength')
const dataViewBuffer = getterOf(DataView.prototype, 'buffer')
const dataViewByteOffset = getterOf(DataView.prototype, 'byteOffset')
const dataViewByteLength = getterOf(DataView.prototype, 'byteLength')
const arrayBufferByteLength = getterOf(ArrayBuffer.prototype, 'byteLength')
const sharedArrayBufferByteLength =
  typeof SharedArrayBuffer === 'undefined'
    ? null
    : getterOf(SharedArrayBuffer.prototype, 'byteLength')

function getterOf(prototype: object, name: PropertyKey): () => unknown {
  const getter = Object.getOwnPropertyDescriptor(prototype, name)?.get
  if (!getter) throw new Error(`unreachable: the standard getter ${String(name)} is missing`)
  return getter
}

/**
 * Whether the value is an Array exotic object. Where the platform cannot tell, a Proxy for an array passes here and
 * `holdsProxy` must be asked too.
 */
export function isArrayExoticObject(value: unknown): value is unknown[] {
  try {
    if (!Array.isArray(value)) return false
  } catch {
    // A TypeError: a revoked Proxy.
    return false
  }
  return !nativeTypes?.isProxy(value)
}

/**
 * Whether a Proxy is, or lies in, an array that converts to a key; answers what `isArrayExoticObject` could not.
 *
 * Script has one way to see a Proxy: structured cloning refuses it. It refuses functions in named properties of the
 * array too, so an array with named properties passes. Getters in the array run once more.
 */
export function holdsProxy(array: unknown[]): boolean {
  if (nativeTypes || typeof clone !== 'function') return false
  if (Object.keys(array).length > array.length) return false
  try {
    clone(array)
    return false
  } catch (error) {
    return (error as { name?: unknown } | null)?.name === 'DataCloneError'
  }
}

/** The value of a Date's internal slot, NaN for an invalid Date; null for every other object. */
export function dateValueOf(value: object): number | null {
  if (nativeTypes) return nativeTypes.isDate(value) ? getTime.call(value) : null
  try {
    return getTime.call(value)
  } catch {
    // A TypeError: it has no such slot.
    return null
  }
}

/**
 * The bytes of a buffer source, not copied; null when it is detached or its view lies out of the buffer's bounds;
 * undefined for every other object.
 */
export function bytesOf(value: object): Uint8Array | null | undefined {
  if (isView(value)) return bytesOfView(value)
  return isAnyArrayBuffer(value) ? bytesIn(value, 0, undefined) : undefined
}

function bytesOfView(view: ArrayBufferView): Uint8Array | null {
  if (typedArrayName.call(view) !== undefined) {
    // What the getters return is given by the standard.
    return bytesIn(
      typedArrayBuffer.call(view) as ArrayBuffer,
      typedArrayByteOffset.call(view) as number,
      typedArrayByteLength.call(view) as number,
    )
  }
  const buffer = dataViewBuffer.call(view) as ArrayBuffer
  try {
    const byteOffset = dataViewByteOffset.call(view) as number
    return bytesIn(buffer, byteOffset, dataViewByteLength.call(view) as number)
  } catch {
    // A TypeError: detached, or out of bounds.
    return null
  }
}

/** A view of the buffer's bytes; null when it is detached. */
function bytesIn(
  buffer: ArrayBufferLike,
  byteOffset: number,
  byteLength: number | undefined,
): Uint8Array | null {
  try {
    return new Uint8Array(buffer, byteOffset, byteLength)
  } catch {
    // A TypeError: detached.
    return null
  }
}

function isAnyArrayBuffer(value: object): value is ArrayBufferLike {
  if (nativeTypes) return nativeTypes.isAnyArrayBuffer(value)
  if (hasSlotOf(arrayBufferByteLength, value)) return true
  return sharedArrayBufferByteLength !== null && hasSlotOf(sharedArrayBufferByteLength, value)
}

/** Whether the getter finds the internal slot it reads. */
function hasSlotOf(getter: () => unknown, value: object): boolean {
  try {
    getter.call(value)
    return true
  } catch {
    // A TypeError: it has no such slot.
    return false
  }
}
