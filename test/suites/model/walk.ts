/** Cursors and lists over the model's entries. */
import { cmp, type Key } from '../../kit/reference-keys.ts'
import type { Range } from './program.ts'
import { type Entry, isIn } from './records.ts'

/** A cursor's position: what it was at, which may be gone. */
export type Position = Pick<Entry, 'key' | 'primaryKey'> | null

/**
 * The next entry of a cursor; null after the last one. `to`: not before that key.
 * https://w3c.github.io/IndexedDB/#iterate-a-cursor
 */
export function nextEntry(
  entries: readonly Entry[],
  { range, direction, to }: { range: Range; direction: IDBCursorDirection; to: Key | null },
  position: Position,
): Entry | null {
  const sign = direction.startsWith('next') ? 1 : -1
  const isUnique = direction.endsWith('unique')
  const isBehind = ({ key, primaryKey }: Entry): boolean => {
    if (position === null) return true
    const order = cmp(key, position.key)
    if (order !== 0 || isUnique) return order * sign > 0
    return cmp(primaryKey, position.primaryKey) * sign > 0
  }
  const isCandidate = (entry: Entry): boolean =>
    isIn(range, entry.key) && isBehind(entry) && (to === null || cmp(entry.key, to) * sign >= 0)
  const found = (sign > 0 ? entries.find(isCandidate) : entries.findLast(isCandidate)) ?? null
  if (found === null || direction !== 'prevunique') return found
  // Of entries with one key, unique cursors see the first, in either direction.
  return entries.find(({ key }) => cmp(key, found.key) === 0) ?? null
}

/** What a cursor would see from its start to its end; `limit` 0: all of it. */
export function listEntries(
  entries: readonly Entry[],
  { range, direction, limit }: { range: Range; direction: IDBCursorDirection; limit: number },
): Entry[] {
  const found: Entry[] = []
  let position = nextEntry(entries, { range, direction, to: null }, null)
  while (position !== null && (limit === 0 || found.length < limit)) {
    found.push(position)
    position = nextEntry(entries, { range, direction, to: null }, position)
  }
  return found
}

/** Whether `key` lies strictly after the position, so that a cursor may be sent there. */
export function isAhead(direction: IDBCursorDirection, position: Entry, key: Key): boolean {
  const order = cmp(key, position.key)
  return direction.startsWith('next') ? order > 0 : order < 0
}
