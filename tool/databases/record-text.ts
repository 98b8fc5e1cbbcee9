/** Records as text and as JSON, of which the library makes the same records again. */
import { formatKey, type Json, renderKey, renderWholeValue } from 'idb-everywhere/snapshot'
import { paint } from '../terminal/colors.ts'
import { jsonText, plainText } from '../terminal/plain-text.ts'
import type { FoundRecord } from './read-records.ts'

/** What is shown of a record. */
export interface Shown {
  /** Whether the key is one of an index, and the record's own is shown in addition. */
  readonly isIndex: boolean
  readonly isKeysOnly: boolean
}

/** A line: key, the record's own key if that is another, and the value as JSON, with tabs between them. */
export async function recordLine(
  record: FoundRecord,
  { isIndex, isKeysOnly }: Shown,
): Promise<string> {
  const parts = [keyText(record.key)]
  if (isIndex) parts.push(keyText(record.primaryKey))
  if (!isKeysOnly) parts.push(jsonText(await renderWholeValue(record.value)))
  return parts.join('\t')
}

/** The key as a person writes it. */
function keyText(key: IDBValidKey): string {
  return paint('cyan', plainText(formatKey(key)))
}

/** The same as an object of JSON. */
export async function recordJson(
  { key, primaryKey, value }: FoundRecord,
  { isIndex, isKeysOnly }: Shown,
): Promise<Readonly<Record<string, Json>>> {
  return {
    key: renderKey(key),
    ...(isIndex && { primaryKey: renderKey(primaryKey) }),
    ...(!isKeysOnly && { value: await renderWholeValue(value) }),
  }
}
