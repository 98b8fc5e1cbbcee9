/** Strings in quotes within a text. Read by hand: a pattern for them takes stack for each character, and texts may be long. */

/** Where the string that begins at `at` has ended; null: it does not end. */
export function endOfQuoted(text: string, at: number): number | null {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '"') return i + 1
    if (text[i] === '\\') i++
  }
  return null
}

/** A part of a text, and where it begins. */
export interface TextPart {
  readonly at: number
  readonly text: string
}

/** What is before, between and after the strings. */
export function partsOutOfQuotes(text: string): TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  for (let quote = text.indexOf('"'); quote !== -1; quote = text.indexOf('"', at)) {
    const end = endOfQuoted(text, quote)
    if (end === null) break
    parts.push({ at, text: text.slice(at, quote) })
    at = end
  }
  return [...parts, { at, text: text.slice(at) }]
}

/** Where the object of JSON without objects in it that begins at `at` has ended; null: it does not end. */
export function endOfFlatObject(text: string, at: number): number | null {
  let i: number | null = at + 1
  while (i !== null && i < text.length) {
    if (text[i] === '}') return i + 1
    if (text[i] === '{') return null
    i = text[i] === '"' ? endOfQuoted(text, i) : i + 1
  }
  return null
}
