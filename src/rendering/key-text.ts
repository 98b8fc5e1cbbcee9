/** Keys as a person writes them, on a command line or in a field of a form. */
import { aText, checkArguments } from '../arguments/check-arguments.ts'
import { describeValue } from '../base/describe-value.ts'
import { domException, optionError } from '../errors.ts'
import { bytesOf } from '../keys/internal-slots.ts'
import type { Json } from './json.ts'
import { keyParts } from './depth/key-parts.ts'
import { parseKey } from './keys.ts'
import { endOfFlatObject, endOfQuoted } from './quotes.ts'

/** The key as text that readKey() reads: `42`, `"a"`, `[1, "b"]`, `Date(2026-01-01T00:00:00.000Z)`, `Bytes(0aff)`, `Infinity`. */
export function formatKey(key: IDBValidKey): string {
  if (!Array.isArray(key)) return singleText(key)
  let text = ''
  for (const part of keyParts(key)) {
    if (part === null) return noKey(key)
    // What is no key singleText() refuses.
    text += part.type === 'single' ? singleText(part.value as IDBValidKey) : marks[part.type]
  }
  return text
}

const marks = { begin: '[', next: ', ', end: ']' } as const

function singleText(key: IDBValidKey): string {
  if (typeof key === 'number') return String(key)
  if (typeof key === 'string') return JSON.stringify(key)
  if (key instanceof Date) return `Date(${key.toISOString()})`
  let digits = ''
  for (const byte of bytesOf(key) ?? noKey(key)) digits += byte.toString(16).padStart(2, '0')
  return `Bytes(${digits})`
}

function noKey(key: unknown): never {
  const message = `formatKey() needs a key, got ${describeValue(key)}`
  throw optionError('key', message)
}

/**
 * The key that a person means: what formatKey() writes, the JSON of renderKey(), dates in all forms of ISO 8601; every other
 * word is a string.
 *
 * @throws SyntaxError (a DOMException) for text that begins as one of those and does not end as one
 */
export function readKey(text: string): IDBValidKey {
  checkArguments('readKey()', { text: [text, aText] })
  const reader = new KeyReader(text.trim())
  const word = reader.bareWord()
  if (word !== null) return word
  const key = reader.key()
  if (!reader.isAtEnd) throw reader.mistake('the text goes on after the key')
  return key
}

const patterns = {
  number: /-?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y,
  date: /Date\(([^)]*)\)/y,
  bytesBegin: /Bytes\(/y,
  bytesRest: /([0-9a-fA-F\s]*)\)/y,
  space: /\s*/y,
} as const

/** A whole number or one of the words that begin a key. */
const beginsKey = /^(?:["[{]|Date\(|Bytes\(|-?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$)/

class KeyReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    this.#take(patterns.space)
    return this.#at === this.#text.length
  }

  /** The text, if it is a word that needs no quotes; null if it begins as a key of another form. */
  bareWord(): string | null {
    return beginsKey.test(this.#text) ? null : this.#text
  }

  key(): IDBValidKey {
    const begun: IDBValidKey[][] = []
    for (;;) {
      let key = this.#beginning(begun)
      while (key !== null) {
        const array = begun.at(-1)
        if (!array) return key
        array.push(key)
        key = this.#isGoingOn() ? null : (begun.pop() ?? null)
      }
    }
  }

  /** The key that stands here; null where it is an array that is not empty, which has begun. */
  #beginning(begun: IDBValidKey[][]): IDBValidKey | null {
    this.#take(patterns.space)
    if (this.#text[this.#at] !== '[') return this.#single()
    this.#at++
    this.#take(patterns.space)
    if (this.#text[this.#at] === ']') {
      this.#at++
      return []
    }
    begun.push([])
    return null
  }

  /** Whether another key comes in the array; else it ends here. */
  #isGoingOn(): boolean {
    this.#take(patterns.space)
    const mark = this.#text[this.#at]
    if (mark !== ',' && mark !== ']') throw this.mistake('a comma is missing')
    this.#at++
    return mark === ','
  }

  #single(): IDBValidKey {
    if (this.#text[this.#at] === '{') return this.#tagged()
    const string = this.#text[this.#at] === '"' ? this.#takeTo(endOfQuoted) : null
    if (string !== null) return this.#json(string) as string // it has quotes
    const date = this.#take(patterns.date)
    if (date) return this.#date(date[1] ?? '')
    if (this.#take(patterns.bytesBegin)) return this.#bytes()
    const number = this.#take(patterns.number)
    if (number) return Number(number[0])
    throw this.mistake('there is no key')
  }

  mistake(reason: string): DOMException {
    return domException(
      'SyntaxError',
      `"${shortened(this.#text)}" is no key: ${reason} (character ${this.#at + 1}); write 42, "text", [1, "b"], Date(2026-01-31) or Bytes(0aff)`,
    )
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found) this.#at = pattern.lastIndex
    return found
  }

  /** The text from here to the end that `endOf` finds; null: it finds none. */
  #takeTo(endOf: (text: string, at: number) => number | null): string | null {
    const end = endOf(this.#text, this.#at)
    if (end === null) return null
    const taken = this.#text.slice(this.#at, end)
    this.#at = end
    return taken
  }

  /** JSON has no braces but in strings: the object ends with the first brace out of them. */
  #tagged(): IDBValidKey {
    const found = this.#takeTo(endOfFlatObject)
    if (found === null) throw this.mistake('an object does not end')
    try {
      return parseKey(this.#json(found))
    } catch {
      throw this.mistake('the object is the JSON of none')
    }
  }

  #bytes(): ArrayBuffer {
    const begin = this.#at
    const words = this.#take(patterns.bytesRest)?.[1]?.split(/\s+/)
    if (words?.every((it) => it.length % 2 === 0)) return bytesFrom(words.join(''))
    this.#at = begin
    throw this.mistake('Bytes(…) holds bytes of two hexadecimal digits each')
  }

  #date(text: string): Date {
    const date = new Date(text)
    if (Number.isNaN(date.getTime())) throw this.mistake(`"${text}" is no date`)
    return date
  }

  #json(text: string): Json {
    try {
      return JSON.parse(text) as Json
    } catch (error) {
      throw this.mistake(String(error))
    }
  }
}

/** How many characters of a text an error repeats. */
const longestText = 200

function shortened(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text
}

function bytesFrom(digits: string): ArrayBuffer {
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return bytes.buffer
}
