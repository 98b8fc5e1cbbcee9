/**
 * Keys out of clones by key path. A result is a key, null for the specification's "invalid", or `keyPathFailure`.
 * https://w3c.github.io/IndexedDB/#extract-a-key-from-a-value-using-a-key-path
 */
import { convertClonedValueToKey } from './convert-value-to-key.ts'
import type { KeyPath } from './key-path.ts'
import { type PathEvaluation, evaluateKeyPath, keyPathFailure } from './evaluate-key-path.ts'

/** The key of a clone, or of what stands for one. */
export function extractKey<Value>(
  clone: Value,
  keyPath: KeyPath,
  evaluate?: PathEvaluation<Value>,
): Uint8Array | null | typeof keyPathFailure {
  const value = evaluateKeyPath(clone, keyPath, evaluate)
  return value === keyPathFailure ? keyPathFailure : convertClonedValueToKey(value)
}
