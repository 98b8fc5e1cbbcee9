/** DataError of a value that has no key where its object store looks for it. */
import { domException } from '../../errors.ts'
import { namesThereAre } from '../../explain/nearest-name.ts'
import { convertClonedValueToKey } from '../../keys/convert-value-to-key.ts'
import { evaluatePath, keyPathFailure } from '../../keys/evaluate-key-path.ts'
import type { KeyPath } from '../../keys/key-path.ts'
import { noKey } from './no-key.ts'
import type { StorableClone } from './storable-clone.ts'

/** Says which path leads to no key, and what is there. */
export function noInlineKey(
  store: { readonly name: string },
  keyPath: KeyPath,
  { decoded }: StorableClone,
): DOMException {
  const facts = { store: store.name, keyPath: String(keyPath) }
  const paths = typeof keyPath === 'string' ? [keyPath] : keyPath
  // A list is a key when each of its parts is one.
  const path = paths.find((it) => !leadsToKey(decoded, it)) ?? ''
  const part = paths.length > 1 ? ` ("${path}" of "${facts.keyPath}")` : ` "${path}"`
  const place = `key path${part} of object store "${store.name}"`
  const found = evaluatePath(decoded, path)
  if (found !== keyPathFailure) {
    return noKey(`What the value has at ${place} is not a valid key`, found, facts)
  }
  const known = { code: 'ERR_IDB_INVALID_KEY', ...facts, found: 'undefined' } as const
  const message = `The value has no key at ${place}: ${whatIsThere(decoded, path)}`
  return domException('DataError', message, known)
}

function leadsToKey(value: unknown, path: string): boolean {
  const found = evaluatePath(value, path)
  return found !== keyPathFailure && convertClonedValueToKey(found) !== null
}

/** Where the path ends, and what goes on from there. */
function whatIsThere(value: unknown, path: string): string {
  const identifiers = path.split('.')
  let holder = value
  let at = 'value'
  for (const identifier of identifiers) {
    if (typeof holder !== 'object' || holder === null) return `${at} is ${wordOf(holder)}`
    const next: unknown = evaluatePath(holder, identifier)
    const names = Object.keys(holder)
    if (next === keyPathFailure)
      return `${at} has no "${identifier}"${namesThereAre(identifier, names)}`
    holder = next
    at += `.${identifier}`
  }
  return `${at} is undefined`
}

function wordOf(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a ${typeof value}`
}
