/** What a check finds, told so that a million damaged records are one line. */
import { append } from '../../base/own-property.ts'

/**
 * What is wrong:
 *
 * | kind               | means                                                                                          |
 * | ------------------ | ---------------------------------------------------------------------------------------------- |
 * | `unreadable`       | the file, or a part of it, cannot be read                                                      |
 * | `foreign`          | the file is another program's, another database's, or of a newer format; it may be sound       |
 * | `file`             | SQLite finds its pages damaged, or our tables contradict each other; the message says where    |
 * | `key`              | a key is none, or stands out of order                                                          |
 * | `value`            | a value cannot be read                                                                         |
 * | `key-path`         | a record lies under another key than its value has                                             |
 * | `missing-entry`    | an index has no entry for a record                                                             |
 * | `stray-entry`      | an index has an entry for which there is no record, or none with that key                      |
 * | `generator`        | a key generator would give out a key again that it has                                         |
 * | `unavailable-type` | a value holds a type that this runtime lacks, or is a newer version's; it is no damage         |
 */
export type ProblemKind =
  | 'unreadable'
  | 'foreign'
  | 'file'
  | 'key'
  | 'value'
  | 'key-path'
  | 'missing-entry'
  | 'stray-entry'
  | 'generator'
  | 'unavailable-type'

/** One kind of problem in one place. */
export interface Problem {
  readonly kind: ProblemKind
  /** In words, with the place, how often, and the first keys. */
  readonly message: string
  /** The object store; absent: it is not one store's. */
  readonly store?: string
  /** Absent: it is not one index's. */
  readonly index?: string
  /** How often it was found. */
  readonly count: number
  /** The keys of the first records, as text. */
  readonly keys: readonly string[]
}

/** What was found in a database. */
export interface DatabaseCheck {
  /** null: it cannot be read. */
  readonly name: string | null
  /** The file's name in the directory. */
  readonly file: string
  /** 0 where it cannot be read. */
  readonly version: number
  /** How many records were read. */
  readonly records: number
  /** None: the database is sound. */
  readonly problems: readonly Problem[]
}

/** Whether it means that data is lost or wrong. */
export function isDamage({ kind }: Pick<Problem, 'kind'>): boolean {
  return kind !== 'unavailable-type'
}

/** Where something was found. */
export interface Place {
  readonly store?: string
  readonly index?: string
}

/** A problem still being counted. */
interface Counted {
  readonly kind: ProblemKind
  readonly place: Place
  readonly what: string
  count: number
  readonly keys: string[]
}

/** How many keys are named. */
const mostKeys = 5

/** SQLite's head over what it finds in pages. */
const pagesHead = /^\*\*\* in database main \*\*\*\s*/

/** Gathers the problems of one database. */
export class Findings {
  readonly #found = new Map<string, Counted>()
  readonly #label: string

  /** `label`: names the database and its file at the head of errors' messages, where it need not be said again. */
  constructor(label: string) {
    this.#label = `${label}: `
  }

  /** `message`: in words that can follow the place and a colon. `key`: of the record, as text. */
  add(kind: ProblemKind, message: string, place: Place = {}, key?: string): void {
    const what = message.replace(this.#label, '').replace(pagesHead, '').replaceAll('\n', '; ')
    const id = JSON.stringify([kind, place.store, place.index, key === undefined ? what : null])
    const counted = this.#found.get(id) ?? { kind, place, what, count: 0, keys: [] }
    this.#found.set(id, counted)
    counted.count++
    if (key !== undefined && counted.keys.length < mostKeys) append(counted.keys, key)
  }

  list(): Problem[] {
    return [...this.#found.values()].map(({ kind, place, what, count, keys }) => ({
      kind,
      message: `${placeText(place)}${what}${keysText(count, keys)}`,
      ...place,
      count,
      keys,
    }))
  }
}

function placeText({ store, index }: Place): string {
  if (store === undefined) return ''
  const storeText = `object store ${JSON.stringify(store)}`
  return index === undefined ? `${storeText}: ` : `index ${JSON.stringify(index)} of ${storeText}: `
}

function keysText(count: number, keys: readonly string[]): string {
  if (keys.length === 0) return ''
  const rest = count - keys.length
  const listed = `${keys.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
  return count === 1 ? `, key ${listed}` : `, keys ${listed}`
}
