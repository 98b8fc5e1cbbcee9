/** Key paths as attributes and arguments. */
import type { KeyPath } from '../keys/key-path.ts'
import { domException } from '../errors.ts'
import { isValidKeyPath } from '../keys/key-path.ts'
import { toStringOrSequence } from './webidl/webidl.ts'

/** The arrays script has been given: the same one each time it asks the same handle. */
const lists = new WeakMap<object, readonly string[]>()

/** The value of a handle's `keyPath` attribute. https://w3c.github.io/IndexedDB/#dom-idbobjectstore-keypath */
export function keyPathValue(handle: { readonly keyPath: KeyPath | null }): unknown {
  const { keyPath } = handle
  if (typeof keyPath === 'string' || keyPath === null) return keyPath
  const list = lists.get(handle) ?? [...keyPath]
  lists.set(handle, list)
  return list
}

/** Converts an argument; `(DOMString or sequence<DOMString>)`. */
export function toKeyPath(value: unknown): KeyPath {
  return toStringOrSequence(value)
}

/** @throws SyntaxError https://w3c.github.io/IndexedDB/#valid-key-path */
export function assertValidKeyPath(keyPath: KeyPath): void {
  if (isValidKeyPath(keyPath)) return
  throw domException('SyntaxError', `${JSON.stringify(keyPath)} is not a valid key path`)
}
