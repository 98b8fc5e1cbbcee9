import { domException } from '../errors.ts'
import { defineOwn } from '../base/own-property.ts'
import { hasOwn } from './platform-objects/intrinsics.ts'
import { blobSize, fileTime } from './platform-objects/platform.ts'
import { generatedKey } from './write/write-state.ts'

/**
 * Puts the mark of a generated key at `keyPath` in a clone that has no value there, making the objects on the way.
 * False, and nothing changed, if the clone has a value there.
 * https://w3c.github.io/IndexedDB/#inject-a-key-into-a-value-using-a-key-path
 *
 * @throws DataError if something on the way cannot hold a property
 */
export function placeGeneratedKey(clone: unknown, keyPath: string): boolean {
  if (keyPath === '') return false // the value itself is at the empty path
  if (hasValueAt(clone, keyPath)) return false
  const identifiers = keyPath.split('.')
  const last = identifiers.pop() ?? keyPath
  let holder = clone
  for (const identifier of identifiers) {
    assertHolder(holder, keyPath)
    if (!hasOwn(holder, identifier)) define(holder, identifier, {})
    holder = holder[identifier]
  }
  assertHolder(holder, keyPath)
  define(holder, last, generatedKey)
  return true
}

/** https://w3c.github.io/IndexedDB/#evaluate-a-key-path-on-a-value */
function hasValueAt(clone: unknown, keyPath: string): boolean {
  let value = clone
  for (const identifier of keyPath.split('.')) {
    value = valueOf(value, identifier)
    if (value === undefined) return false
  }
  return true
}

function valueOf(value: unknown, identifier: string): unknown {
  if (typeof value === 'string') return identifier === 'length' ? value.length : undefined
  if (typeof value !== 'object' || value === null) return undefined
  // Blobs and Files answer for a few attributes that are not properties of their own.
  if (blobSize(value) !== undefined && ['size', 'type'].includes(identifier)) return true
  if (fileTime(value) !== undefined && ['name', 'lastModified'].includes(identifier)) return true
  return hasOwn(value, identifier) ? (value as Record<string, unknown>)[identifier] : undefined
}

function assertHolder(value: unknown, keyPath: string): asserts value is Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return
  throw domException(
    'DataError',
    `A generated key cannot be stored at key path "${keyPath}": the value there, or on the way, is not an object`,
  )
}

function define(holder: object, name: string, value: unknown): void {
  defineOwn(holder, name, value)
}
