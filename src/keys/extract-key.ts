/**
 * Keys out of values by key path. On a clone a result is a key, null for the specification's "invalid", or
 * `keyPathFailure`; on the original it may be `keyPathUndecided` besides.
 * https://w3c.github.io/IndexedDB/#extract-a-key-from-a-value-using-a-key-path
 */
import { convertClonedValueToKey, convertValueToMultiEntryKeys } from './convert-value-to-key.ts'
import {
  type KeyPath,
  evaluateKeyPath,
  evaluateKeyPathOnOriginal,
  keyPathFailure,
  keyPathUndecided,
} from './key-path.ts'

/** The key of a clone. */
export function extractKey(
  clone: unknown,
  keyPath: KeyPath,
): Uint8Array | null | typeof keyPathFailure {
  const value = evaluateKeyPath(clone, keyPath)
  return value === keyPathFailure ? keyPathFailure : convertClonedValueToKey(value)
}

/** The keys of a clone for a multiEntry index: sorted, each once. */
export function extractMultiEntryKeys(
  clone: unknown,
  keyPath: KeyPath,
): Uint8Array[] | null | typeof keyPathFailure {
  const value = evaluateKeyPath(clone, keyPath)
  return value === keyPathFailure ? keyPathFailure : convertValueToMultiEntryKeys(value)
}

/** The key the clone of `value` has, under the conditions of `evaluateKeyPathOnOriginal`. */
export function extractKeyOfOriginal(
  value: unknown,
  keyPath: KeyPath,
): Uint8Array | null | typeof keyPathFailure | typeof keyPathUndecided {
  const result = evaluateKeyPathOnOriginal(value, keyPath)
  if (result === keyPathFailure || result === keyPathUndecided) return result
  return convertClonedValueToKey(result)
}
