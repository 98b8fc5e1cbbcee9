/**
 * Putting a key where a store's key path points. Both functions work on clones, and on own properties alone: a path may
 * well name `__proto__`.
 */

import { defineOwn } from '../base/own-property.ts'

const { getPrototypeOf, hasOwn } = Object
const { isArray } = Array
const objectPrototype = Object.prototype

/** https://w3c.github.io/IndexedDB/#check-that-a-key-could-be-injected-into-a-value */
export function canInjectKey(clone: unknown, keyPath: string): boolean {
  const identifiers = keyPath.split('.')
  identifiers.pop()
  let value = clone
  for (const identifier of identifiers) {
    if (!isHolder(value)) return false
    if (!hasOwn(value, identifier)) return true
    value = value[identifier]
  }
  return isHolder(value)
}

/**
 * Sets what the key path points at to `key`, and makes the objects on the way that are missing. `key` is a key's value, or
 * what stands for one that is not known yet. `canInjectKey` must have said yes.
 * https://w3c.github.io/IndexedDB/#inject-a-key-into-a-value-using-a-key-path
 */
export function injectKey(clone: unknown, keyPath: string, key: unknown): void {
  let rest = keyPath
  let value = clone
  for (;;) {
    if (!isHolder(value)) throw new Error(`unreachable: no key can be injected at "${keyPath}"`)
    const dot = rest.indexOf('.')
    if (dot < 0) return defineOwn(value, rest, key)
    const identifier = rest.slice(0, dot)
    rest = rest.slice(dot + 1)
    if (!hasOwn(value, identifier)) defineOwn(value, identifier, {})
    value = value[identifier]
  }
}

/** An Object object or an Array object: others keep no properties in a clone. */
function isHolder(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  return getPrototypeOf(value) === objectPrototype || isArray(value)
}
