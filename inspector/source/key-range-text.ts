/** A range of keys as a person types it: `42`, `10..20`, `>= "m"`, `..Date(2026-01-01)`. */
import type { Json } from '../../src/rendering/json.ts'
import { formatKey, readKey } from '../../src/rendering/key-text.ts'
import { parseKey, renderKey } from '../../src/rendering/keys.ts'
import { readRange as readBounds } from '../../src/rendering/range-text.ts'
import type { Range } from './source.ts'

/** null: all keys. @throws SyntaxError (a DOMException) for what is no range */
export function readRange(text: string): Range | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const [, operator, operand] = /^([<>]=?|=)(?!\.\.)\s*(.+)$/s.exec(trimmed) ?? []
  if (operator !== undefined) return compared(operator, renderKey(readKey(operand ?? '')))
  const { lower, upper, lowerOpen, upperOpen } = readBounds(trimmed)
  return {
    lower: lower === undefined ? null : renderKey(lower),
    upper: upper === undefined ? null : renderKey(upper),
    lowerOpen,
    upperOpen,
  }
}

function compared(operator: string, key: Json): Range {
  return {
    lower: operator.startsWith('<') ? null : key,
    upper: operator.startsWith('>') ? null : key,
    lowerOpen: operator === '>',
    upperOpen: operator === '<',
  }
}

/** A key as a person would type it. */
export function keyText(key: Json): string {
  return formatKey(parseKey(key))
}
