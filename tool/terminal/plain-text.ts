import { type Json, jsonText as wholeText } from 'idb-everywhere/snapshot'

/**
 * Text without what a terminal would obey, so that a name or value from a database can neither move the cursor, change colours,
 * nor turn the direction of writing.
 */
const obeyed = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/** The text with the escapes of JSON in place of what a terminal would obey. */
export function plainText(text: string): string {
  return text.replace(obeyed, escape)
}

/** A name as it stands in a list: the empty one can be seen. */
export function shownName(name: string): string {
  return name === '' ? '""' : plainText(name)
}

/** Its beginning, where it is longer than `length`. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text
}

/** The value as JSON; `indent`: laid out in lines for reading, by as many spaces, unless it is too deep for that. */
export function jsonText(value: unknown, indent = 0): string {
  return plainLines(wholeText(value as Json, indent)) // It is JSON.
}

/** JSON Lines in UTF-8, wherever it is cut, for a terminal; it stays the same JSON. */
export async function* plainPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const piece of pieces) yield plainLines(decoder.decode(piece, { stream: true }))
  yield plainLines(decoder.decode())
}

function plainLines(text: string): string {
  return text.split('\n').map(plainText).join('\n')
}

/** All of them are single code units. */
function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
