/** What the log of a spacekit-js database comes to. */
import { convertValueToKey } from '../../keys/convert-value-to-key.ts'
import type { Lines } from '../lines.ts'
import { readSpacekitKey } from './spacekit-keys.ts'

/** What is missing in the database. */
export interface SpacekitLoss {
  /** null: of all. */
  readonly store: string | null
  /** undefined: it is not known, or not about one record. */
  readonly key?: IDBValidKey | undefined
  /** What was lost, and why. */
  readonly reason: string
}

/** A record. */
interface LoggedRecord {
  readonly key: IDBValidKey
  /** Its value as JSON; empty: undefined. */
  readonly text: string
}

/** Store → its records, by their keys as text that sorts as keys do. */
export type LoggedStores = ReadonlyMap<string, ReadonlyMap<string, LoggedRecord>>

/** With this each line begins, and nothing else has it: within a value the quotes are escaped. */
const lineStart = '{"op":"'

/** What a log comes to. */
export interface Replayed {
  readonly stores: LoggedStores
  /** Whether it has lines, and none that was begun by spacekit-js. */
  readonly isForeign: boolean
}

/** Applies line after line. */
export async function replay(
  pieces: AsyncIterable<Lines>,
  onLoss: (loss: SpacekitLoss) => void,
): Promise<Replayed> {
  const stores = new Map<string, Map<string, LoggedRecord>>()
  let number = 0
  let isEmpty = true
  let hasOwnLine = false
  for await (const { lines } of pieces) {
    for (const line of lines) {
      number++
      isEmpty &&= line.trim() === ''
      hasOwnLine ||= line.includes(lineStart)
      for (const entry of entriesOf(line)) {
        hasOwnLine ||= entry !== null
        const reason = entry ? apply(stores, entry) : 'it is damaged'
        if (reason !== null)
          onLoss({ store: entry?.store ?? null, reason: `line ${number}: ${reason}` })
      }
    }
  }
  return { stores, isForeign: !isEmpty && !hasOwnLine }
}

interface Entry {
  readonly op: 'put' | 'del'
  readonly store: string
  readonly key: unknown
  readonly value?: unknown
}

/** What the line says; null for each part that cannot be read. A line that was cut off may have the next one glued to it. */
function entriesOf(line: string): (Entry | null)[] {
  if (line.trim() === '') return []
  const whole = entryOf(line)
  if (whole) return [whole]
  const parts = line.split(lineStart).map((it, i) => (i === 0 ? it : lineStart + it))
  return parts.filter((it) => it.trim() !== '').map(entryOf)
}

function entryOf(text: string): Entry | null {
  try {
    const entry = JSON.parse(text) as Partial<Entry> | null
    const { op, store } = entry ?? {}
    return (op === 'put' || op === 'del') && typeof store === 'string' ? (entry as Entry) : null
  } catch {
    // The answer, not a failure.
    return null
  }
}

/** Why it cannot be applied; null: it was. */
function apply(
  stores: Map<string, Map<string, LoggedRecord>>,
  { op, store, key: hex, value = '' }: Entry,
): string | null {
  const key = readSpacekitKey(hex)
  const encoded = key === null ? null : convertValueToKey(key)
  if (key === null || encoded === null) return 'its key is none'
  if (typeof value !== 'string' || (value !== '' && !isJson(value))) return 'its value is damaged'
  const records = stores.get(store) ?? new Map<string, LoggedRecord>()
  stores.set(store, records)
  const place = Array.from(encoded, (byte) => String.fromCharCode(byte)).join('')
  if (op === 'put') records.set(place, { key, text: value })
  else records.delete(place)
  return null
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    // The answer, not a failure.
    return false
  }
}
