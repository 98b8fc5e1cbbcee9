/** Key paths, and which are valid. */

/** A valid key path: one path of identifiers, or a list of them. https://w3c.github.io/IndexedDB/#valid-key-path */
export type KeyPath = string | readonly string[]

// Lone surrogates and escapes are in neither class; `\p{ID_Continue}` has the underscore.
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

/**
 * Whether a string, or a list, is a valid key path.
 * https://w3c.github.io/IndexedDB/#valid-key-path
 */
export function isValidKeyPath(value: unknown): value is KeyPath {
  if (typeof value === 'string') return isValidPath(value)
  return Array.isArray(value) && value.length > 0 && value.every(isValidPath)
}

function isValidPath(path: unknown): boolean {
  if (typeof path !== 'string') return false
  // One by one: a pattern for all of them takes stack for each.
  return path === '' || path.split('.').every((it) => identifier.test(it))
}
