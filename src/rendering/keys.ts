import { damaged, type Json } from './json.ts'
import { keyParts } from './depth/key-parts.ts'
import { parseValue } from './parse-value.ts'
import { renderValue } from './render-value.ts'

/** A key as JSON: numbers, strings and arrays as such; dates, binary keys and infinities are tagged, as in values. */
export function renderKey(key: IDBValidKey): Json {
  return renderValue(key)
}

/** The key that renderKey() has rendered. @throws DataError for JSON that renders no key */
export function parseKey(json: Json): IDBValidKey {
  const key = parseValue(json)
  if (isKey(key)) return key
  throw damaged('what it renders is no key')
}

function isKey(value: unknown): value is IDBValidKey {
  for (const part of keyParts(value)) {
    if (part === null || (part.type === 'single' && !isSingleKey(part.value))) return false
  }
  return true
}

function isSingleKey(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isNaN(value)
  if (value instanceof Date) return !Number.isNaN(value.getTime())
  return typeof value === 'string' || value instanceof ArrayBuffer || ArrayBuffer.isView(value)
}
