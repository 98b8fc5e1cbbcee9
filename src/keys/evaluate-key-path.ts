/** What key paths yield on a value. */
import { append } from '../base/own-property.ts'
import type { KeyPath } from './key-path.ts'

/** What evaluating a key path gives when it leads nowhere: the specification's "failure". */
export const keyPathFailure = Symbol('key path failure')

/** A way to evaluate a path of identifiers on something that stands for a clone. */
export type PathEvaluation<Value> = (value: Value, path: string) => unknown

/** Own properties are asked for by a function script cannot replace. */
const { hasOwn } = Object

interface BlobClasses {
  readonly Blob?: typeof Blob
  readonly File?: typeof File
}

/** Those of this realm, which may lack some, and Node's own, which may lie under those of a test environment. */
const blobClasses: readonly (BlobClasses | undefined)[] = [
  { Blob: globalThis.Blob, File: globalThis.File }, // captured at load
  globalThis.process?.getBuiltinModule?.('node:buffer') as unknown as BlobClasses | undefined,
]

/**
 * What the key path yields on a clone (a value made by structured deserialization, or what stands for one, with its own
 * way to evaluate); `keyPathFailure` where it leads nowhere.
 * https://w3c.github.io/IndexedDB/#evaluate-a-key-path-on-a-value
 */
export function evaluateKeyPath<Value>(
  value: Value,
  keyPath: KeyPath,
  evaluate: PathEvaluation<Value> = evaluatePath,
): unknown {
  return typeof keyPath === 'string'
    ? evaluate(value, keyPath)
    : evaluatePaths(value, keyPath, evaluate)
}

function evaluatePaths<Value>(
  value: Value,
  paths: readonly string[],
  evaluate: PathEvaluation<Value>,
): unknown {
  const results: unknown[] = []
  for (const path of paths) {
    const result = evaluate(value, path)
    if (result === keyPathFailure) return result
    append(results, result)
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
  // Deviates from browsers: where a store has a key generator they refuse a value with undefined here (DataError); to the
  // specification it has nothing here, and gets a key.
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
  return blobClasses.some((classes) => classes?.Blob !== undefined && value instanceof classes.Blob)
}

function isFile(value: object): boolean {
  return blobClasses.some((classes) => classes?.File !== undefined && value instanceof classes.File)
}

function propertyOf(value: object, name: string): unknown {
  // Any object may be asked for any name.
  return (value as Record<string, unknown>)[name]
}
