import type { Json } from './json.ts'

/**
 * The JSON as text, as `JSON.stringify()` has it, however deep it is. `indent`: laid out in lines for reading, by as many spaces, unless it
 * is too deep for that.
 */
export function jsonText(json: Json, indent = 0): string {
  try {
    return JSON.stringify(json, null, indent)
  } catch (error) {
    // JavaScript's stack was not deep enough for it.
    if (!(error instanceof RangeError) && !isTooMuchRecursion(error)) throw error
    return deepText(json)
  }
}

/** Firefox's error for it. */
function isTooMuchRecursion(error: unknown): boolean {
  return (error as Error | null)?.name === 'InternalError'
}

/** What is still to be written: a text as it is, or the text of a value. */
type Piece = { readonly text: string } | { readonly value: Json }

/** The same with a stack of our own. */
function deepText(json: Json): string {
  let text = ''
  const waiting: Piece[] = [{ value: json }]
  for (let piece = waiting.pop(); piece; piece = waiting.pop()) {
    if ('text' in piece) text += piece.text
    else if (typeof piece.value !== 'object' || piece.value === null) {
      text += JSON.stringify(piece.value)
    } else {
      for (const it of piecesOf(piece.value).reverse()) waiting.push(it)
    }
  }
  return text
}

function piecesOf(value: object): Piece[] {
  const isArray = Array.isArray(value)
  const members = Object.entries(value as Readonly<Record<string, Json | undefined>>).flatMap(
    ([name, member]): Piece[] => {
      if (member === undefined) return []
      const before = isArray ? ',' : `,${JSON.stringify(name)}:`
      return [{ text: before }, { value: member }]
    },
  )
  const [first, ...others] = members
  // No comma before the first one.
  const begun = first && 'text' in first ? [{ text: first.text.slice(1) }, ...others] : []
  const [open, close] = isArray ? '[]' : '{}'
  return [{ text: open ?? '' }, ...begun, { text: close ?? '' }]
}
