/** A range of keys as a person types it: `42`, `10..20`, `>= "m"`, `..Date(2026-01-01)`. */
import type { Json } from '../../src/rendering/json.ts'
import { formatKey } from '../../src/rendering/key-text.ts'
import { parseKey, renderKey } from '../../src/rendering/keys.ts'
import { readRange as readBounds } from '../../src/rendering/range-text.ts'
import type { Range } from './source.ts'

/** null: all keys. @throws SyntaxError (a DOMException) for what is no range */
export function readRange(text: string): Range | null {
  if (text.trim() === '') return null
  const { lower, upper, lowerOpen, upperOpen } = readBounds(text)
  return {
    lower: lower === undefined ? null : renderKey(lower),
    upper: upper === undefined ? null : renderKey(upper),
    lowerOpen,
    upperOpen,
  }
}

/** A key as a person would type it. */
export function keyText(key: Json): string {
  return formatKey(parseKey(key))
}
