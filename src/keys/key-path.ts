/**
 * Key paths: which are valid, and what they yield on a value.
 */

/** A valid key path. */
export type KeyPath = string | readonly string[]

/** What evaluating a key path gives when it leads nowhere: the specification's "failure". */
export const keyPathFailure = Symbol('key path failure')

/** What it gives when only the clone can tell. */
export const keyPathUndecided = Symbol('key path undecided')

/** One way to evaluate an identifier path: on a clone, or on the original. */
export type PathEvaluation = (value: unknown, path: string) => unknown

// Lone surrogates and escapes are in neither class; `\p{ID_Continue}` has the underscore.
const identifierPath =
  /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)*$/u

/** Own properties are asked for by functions script cannot replace. */
const { hasOwn, getPrototypeOf } = Object
const { propertyIsEnumerable } = Object.prototype

/** Captured at load; undefined where the runtime has none. A clone is of this realm. */
const { Blob: NativeBlob, File: NativeFile } = globalThis as {
  Blob?: typeof Blob
  File?: typeof File
}

/** How deep arrays are looked into before the clone is asked instead. */
const decidedDepth = 8

/**
 * Whether a string, or a list, is a valid key path.
 * https://w3c.github.io/IndexedDB/#valid-key-path
 */
export function isValidKeyPath(value: unknown): value is KeyPath {
  if (typeof value === 'string') return isValidPath(value)
  return Array.isArray(value) && value.length > 0 && value.every(isValidPath)
}

function isValidPath(path: unknown): boolean {
  return typeof path === 'string' && (path === '' || identifierPath.test(path))
}

/**
 * What the key path yields on a clone (a value made by structured deserialization); `keyPathFailure` where it leads
 * nowhere.
 * https://w3c.github.io/IndexedDB/#evaluate-a-key-path-on-a-value
 */
export function evaluateKeyPath(value: unknown, keyPath: KeyPath): unknown {
  return typeof keyPath === 'string'
    ? evaluatePath(value, keyPath)
    : evaluatePaths(value, keyPath, evaluatePath)
}

/**
 * What the key path would yield on the clone of `value`, found without making one; `keyPathUndecided` when that is not
 * certain. The caller knows that serializing the value succeeded and ran no script. Then the value holds no Proxy, no
 * getter and no function, and what has the prototype of a plain object was serialized as one.
 *
 * An object that is yielded converts to the same key as its clone does, but is not otherwise the same.
 */
export function evaluateKeyPathOnOriginal(value: unknown, keyPath: KeyPath): unknown {
  return typeof keyPath === 'string'
    ? evaluatePathOnOriginal(value, keyPath)
    : evaluatePaths(value, keyPath, evaluatePathOnOriginal)
}

function evaluatePaths(
  value: unknown,
  paths: readonly string[],
  evaluate: PathEvaluation,
): unknown {
  const results: unknown[] = []
  for (const path of paths) {
    const result = evaluate(value, path)
    if (result === keyPathFailure || result === keyPathUndecided) return result
    results.push(result)
  }
  return results
}

/** `evaluateKeyPath` for one path. */
export function evaluatePath(value: unknown, path: string): unknown {
  if (path === '') return value
  if (!path.includes('.')) return evaluateIdentifier(value, path)
  let result = value
  for (const identifier of path.split('.')) {
    result = evaluateIdentifier(result, identifier)
    if (result === keyPathFailure) return keyPathFailure
  }
  return result
}

function evaluateIdentifier(value: unknown, identifier: string): unknown {
  if (typeof value === 'string' && identifier === 'length') return value.length
  if (typeof value !== 'object' || value === null) return keyPathFailure
  if (!hasOwn(value, identifier)) return evaluateBlobProperty(value, identifier)
  const property = propertyOf(value, identifier)
  return property === undefined ? keyPathFailure : property
}

/** The four properties of Blob and File that are no own properties, but count. */
function evaluateBlobProperty(value: object, identifier: string): unknown {
  if (identifier === 'size' || identifier === 'type') {
    return isBlob(value) ? propertyOf(value, identifier) : keyPathFailure
  }
  if (identifier === 'name' || identifier === 'lastModified') {
    return isFile(value) ? propertyOf(value, identifier) : keyPathFailure
  }
  return keyPathFailure
}

function isBlob(value: object): boolean {
  return NativeBlob !== undefined && value instanceof NativeBlob
}

function isFile(value: object): boolean {
  return NativeFile !== undefined && value instanceof NativeFile
}

function propertyOf(value: object, name: string): unknown {
  // Any object may be asked for any name.
  return (value as Record<string, unknown>)[name]
}

/** `evaluateKeyPathOnOriginal` for one path. */
export function evaluatePathOnOriginal(value: unknown, path: string): unknown {
  let result = value
  if (path !== '' && !path.includes('.')) {
    result = evaluateIdentifierOnOriginal(result, path)
  } else if (path !== '') {
    for (const identifier of path.split('.')) {
      result = evaluateIdentifierOnOriginal(result, identifier)
      if (result === keyPathFailure || result === keyPathUndecided) return result
    }
  }
  return typeof result === 'object' && !hasKeyOfClone(result, 0) ? keyPathUndecided : result
}

function evaluateIdentifierOnOriginal(value: unknown, identifier: string): unknown {
  if (typeof value === 'string' && identifier === 'length') return value.length
  if (typeof value !== 'object' || value === null) return keyPathFailure
  if (!isOrdinary(value)) return keyPathUndecided
  if (Array.isArray(value) && identifier === 'length') return value.length
  // The clone has the enumerable properties only.
  if (!propertyIsEnumerable.call(value, identifier)) return keyPathFailure
  const property = propertyOf(value, identifier)
  return property === undefined ? keyPathFailure : property
}

/** Whether it is a plain object or an array of this realm. */
function isOrdinary(value: object): boolean {
  const prototype: unknown = getPrototypeOf(value)
  return prototype === Array.prototype
    ? Array.isArray(value)
    : (prototype === Object.prototype || prototype === null) && !Array.isArray(value)
}

/**
 * Whether the value and its clone convert to the same key. Every object but an array converts by its internal slots,
 * which a clone shares; an array's clone lacks elements that are not enumerable.
 */
function hasKeyOfClone(value: unknown, depth: number): boolean {
  if (!Array.isArray(value)) return true
  if (depth === decidedDepth || getPrototypeOf(value) !== Array.prototype) return false
  for (let i = 0; i < value.length; i++) {
    if (!propertyIsEnumerable.call(value, i)) return false
    const element: unknown = value[i]
    if (typeof element === 'object' && !hasKeyOfClone(element, depth + 1)) return false
  }
  return true
}
