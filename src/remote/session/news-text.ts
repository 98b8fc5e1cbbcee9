/** What the processes tell each other of watched databases, as texts that a notification can hold: it takes fewer than 8,000 bytes. */
import { allKeys } from '../../keys/key-range.ts'
import { type Change, type ChangeKind, changeKinds, isRangeOf } from '../../protocol/changes.ts'

/**
 * `watch`: a process watches a database from now on. `tells`: one that has it open tells all of its commits from now on, and may have
 * committed before without a word. `news`: what a transaction has changed; null: it cannot be told.
 */
export type Message =
  | { readonly type: 'watch' | 'tells'; readonly client: string; readonly db: number }
  | {
      readonly type: 'news'
      readonly client: string
      readonly db: number
      readonly changes: readonly Change[] | null
    }

const mostBytes = 7_900

/** A message as text. Changes for which there is no room become one for each object store, or none at all. */
export function messageText(message: Message): string {
  const { type, client, db } = message
  const head = `${type} ${client} ${db}`
  if (message.type !== 'news') return head
  const { changes } = message
  if (!changes) return head
  const storeIds = new Set(changes.map(({ storeId }) => storeId))
  const whole = Array.from(storeIds, (storeId): Change => ({
    storeId,
    kind: 'any',
    range: allKeys,
  }))
  for (const list of [changes, whole]) {
    const text = `${head} ${JSON.stringify(list.map(asList))}`
    if (text.length <= mostBytes) return text
  }
  return head
}

function asList({ storeId, kind, range: { lower, upper } }: Change): unknown[] {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  return [storeId, kind, base64(lower), upper && base64(upper)]
}

const shape =
  /^(?<type>watch|tells|news) (?<client>[\da-f-]{36}) (?<db>\d{1,16})(?: (?<changes>.*))?$/s

/**
 * The message that a text is; null: it is none. Changes that cannot be read are not told. Anyone may have sent it: what is in it says what
 * it says in a form that can be relied on, and no more than that.
 */
export function messageIn(text: string): Message | null {
  const parts = shape.exec(text)?.groups
  if (!parts) return null
  const { type, client = '', changes } = parts
  const db = Number(parts['db'])
  if (type === 'watch' || type === 'tells') {
    return changes === undefined ? { type, client, db } : null
  }
  return { type: 'news', client, db, changes: changes === undefined ? null : changesIn(changes) }
}

function changesIn(text: string): Change[] | null {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.map(changeIn) : null
  } catch {
    return null
  }
}

/** @throws Error for what is no change */
function changeIn(given: unknown): Change {
  const [storeId, kind, lower, upper] = Array.isArray(given) ? (given as unknown[]) : []
  const range = { lower: bytesOf(lower), upper: upper === null ? null : bytesOf(upper) }
  if (!isId(storeId) || !isKind(kind) || !isRangeOf[kind](range)) throw new Error('it is no change')
  return { storeId, kind, range }
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

function isKind(value: unknown): value is ChangeKind {
  return changeKinds.some((kind) => kind === value)
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new Error('it is no text')
  return new Uint8Array(Buffer.from(value, 'base64'))
}
