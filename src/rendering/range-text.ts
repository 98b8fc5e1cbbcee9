import { aText, checkArguments, type Kind } from '../arguments/check-arguments.ts'
import { memberOf } from '../base/thrown.ts'
import { domException } from '../errors.ts'
import { formatKey, readKey } from './key-text.ts'
import { partsOutOfQuotes } from './quotes.ts'

/** The bounds of a key range; undefined: unbounded. What an IDBKeyRange says of itself. */
export interface RangeBounds {
  readonly lower: IDBValidKey | undefined
  readonly upper: IDBValidKey | undefined
  readonly lowerOpen: boolean
  readonly upperOpen: boolean
}

/**
 * The range as text that readRange() reads: `1..5` has both its bounds, `1<..5` lacks the lower one, `1..<5` the upper one;
 * `"a"..` and `..5` are bounded at one end, `..` not at all, and a single key is itself.
 */
export function formatRange({ lower, upper, lowerOpen, upperOpen }: RangeBounds): string {
  const [from, to] = [lower, upper].map((it) => (it === undefined ? '' : formatKey(it)))
  if (from === to && from !== '' && !lowerOpen && !upperOpen) return from ?? ''
  return `${from}${lowerOpen && from ? '<' : ''}..${upperOpen && to ? '<' : ''}${to}`
}

/**
 * A range as a person writes it: what formatRange() writes, or a comparison, `>= 1`, `> 1`, `<= 5`, `< 5` or `= 5`. Space may stand round all
 * of its parts. A word that is to have such signs at its ends has to be in quotes.
 *
 * @throws SyntaxError (a DOMException) where a bound is no key
 */
export function readRange(text: string): RangeBounds {
  checkArguments('readRange()', { text: [text, aText] })
  const at = dotsIn(text)
  if (at === null) return readComparison(text)
  const [before, after] = [text.slice(0, at).trim(), text.slice(at + 2).trim()]
  const lowerOpen = before.endsWith('<')
  const upperOpen = after.startsWith('<')
  return {
    lower: keyOrNone(lowerOpen ? before.slice(0, -1) : before),
    upper: keyOrNone(upperOpen ? after.slice(1) : after),
    lowerOpen,
    upperOpen,
  }
}

/** A key alone is a range of one. */
function readComparison(text: string): RangeBounds {
  const [, operator, operand = text] = /^\s*([<>]=?|=)(.*)$/s.exec(text) ?? []
  if (operator !== undefined && operand.trim() === '') throw noRange(text)
  const key = readBound(operand)
  return {
    lower: operator?.startsWith('<') ? undefined : key,
    upper: operator?.startsWith('>') ? undefined : key,
    lowerOpen: operator === '>',
    upperOpen: operator === '<',
  }
}

function keyOrNone(text: string): IDBValidKey | undefined {
  return text.trim() === '' ? undefined : readBound(text)
}

/** Signs of a comparison where none belongs: at an end, or between spaces. */
const straySigns = /^[<>=]|[<>=]$|\s[<>]=?\s/

function readBound(text: string): IDBValidKey {
  const parts = partsOutOfQuotes(text.trim())
  const unquoted = parts.map((it) => it.text).join('""')
  if (straySigns.test(unquoted)) throw noRange(text)
  return readKey(text)
}

function noRange(text: string): DOMException {
  return domException(
    'SyntaxError',
    `"${text.trim()}" is no key or range; write 1..5, 1<..<5, >= 1 or < 5, and a word with such signs in quotes`,
  )
}

/** Where the two dots are that lie in no string; null: nowhere. */
function dotsIn(text: string): number | null {
  for (const part of partsOutOfQuotes(text)) {
    const dots = part.text.indexOf('..')
    if (dots !== -1) return part.at + dots
  }
  return null
}

/** What makes key ranges: the IDBKeyRange of the factory that is asked. */
type KeyRangeMaker = Pick<typeof IDBKeyRange, 'bound' | 'lowerBound' | 'upperBound'>

const theBounds: Kind = [
  (value) => typeof value === 'object' && value !== null,
  'what readRange() gives, or a key range,',
]

const aKeyRangeMaker: Kind = [
  (value) => typeof memberOf(value, 'lowerBound') === 'function',
  'the class IDBKeyRange of the IndexedDB that is asked',
]

/** The key range; null: unbounded. @throws DataError if the lower bound is above the upper one */
export function keyRangeOf(bounds: RangeBounds, maker: KeyRangeMaker): IDBKeyRange | null {
  checkArguments('keyRangeOf()', { bounds: [bounds, theBounds], maker: [maker, aKeyRangeMaker] })
  const { lower, upper, lowerOpen, upperOpen } = bounds
  if (lower === undefined && upper === undefined) return null
  if (lower === undefined) return maker.upperBound(upper, upperOpen)
  if (upper === undefined) return maker.lowerBound(lower, lowerOpen)
  return maker.bound(lower, upper, lowerOpen, upperOpen)
}
