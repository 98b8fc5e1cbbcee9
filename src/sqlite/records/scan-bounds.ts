/**
 * Where a scan begins and ends: its range, narrowed by the position it reads on from. All bounds are half-open; a
 * bound right after a byte string is that string with a zero byte appended, the successor.
 */
import { isForward } from '../../keys/direction.ts'
import type { EncodedRange } from '../../keys/key-range.ts'
import type { Scan } from '../../storage/storage.ts'
import type { Connection } from '../binding/connection.ts'
import type { Statement } from '../binding/statement.ts'

/** One end: the byte string, or its successor. */
export interface Bound {
  readonly bytes: Uint8Array
  readonly isSuccessor: boolean
}

/** Bounds of a key. */
export interface KeyBounds {
  readonly lower: Bound
  readonly upper: Bound
}

/** One end among an index's entries; `primaryKey` null: before all entries with that key. */
export interface EntryBound {
  readonly key: Bound
  readonly primaryKey: Bound | null
}

/** Bounds of an index's entries. */
export interface EntryBounds {
  readonly lower: EntryBound
  readonly upper: EntryBound
}

/** The bounds of a scan of a store, or of one by distinct keys of an index. */
export function keyBounds(
  scan: Pick<Scan, 'range' | 'after'> & Partial<Pick<Scan, 'direction' | 'inclusive'>>,
): KeyBounds {
  const bounds = boundsOf(scan.range)
  if (!scan.after) return bounds
  const { key } = scan.after
  if (scan.direction && isForward(scan.direction)) {
    const lower = { bytes: key, isSuccessor: !scan.inclusive }
    return { ...bounds, lower: compareBounds(lower, bounds.lower) > 0 ? lower : bounds.lower }
  }
  const upper = { bytes: key, isSuccessor: scan.inclusive === true }
  return { ...bounds, upper: compareBounds(upper, bounds.upper) < 0 ? upper : bounds.upper }
}

/** The bounds of a scan of an index's entries. */
export function indexBounds({
  range,
  after,
  inclusive,
  direction,
}: Pick<Scan, 'range' | 'after' | 'inclusive' | 'direction'>): EntryBounds {
  const { lower, upper } = boundsOf(range)
  const ends = { lower: { key: lower, primaryKey: null }, upper: { key: upper, primaryKey: null } }
  if (!after) return ends
  const key = { bytes: after.key, isSuccessor: false }
  if (direction === 'next') {
    const primaryKey = { bytes: after.primaryKey, isSuccessor: !inclusive }
    return compareBounds(key, lower) < 0 ? ends : { ...ends, lower: { key, primaryKey } }
  }
  const primaryKey = { bytes: after.primaryKey, isSuccessor: inclusive }
  return compareBounds(key, upper) >= 0 ? ends : { ...ends, upper: { key, primaryKey } }
}

/** Binds parameters 2 and 3: lower and upper key. */
export function bindStoreBounds(
  { engine: { scratch } }: Connection,
  statement: Statement,
  { lower, upper }: KeyBounds,
): void {
  scratch.reserve(sizeOf(lower) + sizeOf(upper))
  bindBound(statement, 2, lower, scratch)
  bindBound(statement, 3, upper, scratch)
}

/** Binds parameters 2 to 5: lower key and primary key, upper key and primary key. */
export function bindIndexBounds(
  { engine: { scratch } }: Connection,
  statement: Statement,
  { lower, upper }: EntryBounds,
): void {
  const lowerPrimary = lower.primaryKey ?? empty
  const upperPrimary = upper.primaryKey ?? empty
  scratch.reserve(
    sizeOf(lower.key) + sizeOf(lowerPrimary) + sizeOf(upper.key) + sizeOf(upperPrimary),
  )
  bindBound(statement, 2, lower.key, scratch)
  bindBound(statement, 3, lowerPrimary, scratch)
  bindBound(statement, 4, upper.key, scratch)
  bindBound(statement, 5, upperPrimary, scratch)
}

const empty: Bound = { bytes: new Uint8Array(0), isSuccessor: false }

function boundsOf({ lower, upper }: EncodedRange): KeyBounds {
  return {
    lower: { bytes: lower, isSuccessor: false },
    upper:
      upper === null ? { bytes: lower, isSuccessor: true } : { bytes: upper, isSuccessor: false },
  }
}

function bindBound(
  statement: Statement,
  index: number,
  bound: Bound,
  scratch: Connection['engine']['scratch'],
): void {
  const { bytes, isSuccessor } = bound
  const pointer = isSuccessor ? scratch.putSuccessor(bytes) : scratch.put(bytes)
  statement.bindBlob(index, pointer, sizeOf(bound))
}

function sizeOf({ bytes, isSuccessor }: Bound): number {
  return isSuccessor ? bytes.length + 1 : bytes.length
}

/** Orders two bounds as byte strings. */
function compareBounds(a: Bound, b: Bound): number {
  const shared = Math.min(sizeOf(a), sizeOf(b))
  for (let i = 0; i < shared; i++) {
    // Past its own bytes a successor has a zero.
    const difference = (a.bytes[i] ?? 0) - (b.bytes[i] ?? 0)
    if (difference !== 0) return difference
  }
  return sizeOf(a) - sizeOf(b)
}
