/** A page of records by a cursor that begins at a position: never all of them, wherever the page lies. */

export interface KeyRangeClass {
  bound(lower: unknown, upper: unknown, lowerOpen?: boolean, upperOpen?: boolean): IDBKeyRange
  lowerBound(lower: unknown, open?: boolean): IDBKeyRange
  upperBound(upper: unknown, open?: boolean): IDBKeyRange
}

/** What belongs to a factory: its key ranges, and the order of its keys. */
export interface KeyTools {
  readonly KeyRange: KeyRangeClass
  readonly cmp: IDBFactory['cmp']
}

/** An end of a range of keys. */
export interface Bound {
  readonly key: IDBValidKey
  readonly isOpen: boolean
}

export interface Bounds {
  readonly lower: Bound | null
  readonly upper: Bound | null
}

/** null: all keys. */
export function rangeOf(KeyRange: KeyRangeClass, { lower, upper }: Bounds): IDBKeyRange | null {
  if (lower && upper) return KeyRange.bound(lower.key, upper.key, lower.isOpen, upper.isOpen)
  if (lower) return KeyRange.lowerBound(lower.key, lower.isOpen)
  return upper && KeyRange.upperBound(upper.key, upper.isOpen)
}

export interface PlacedRecord {
  readonly key: IDBValidKey
  readonly primaryKey: IDBValidKey
  readonly value: unknown
}

export interface CursorRequest {
  readonly bounds: Bounds
  readonly direction: 'next' | 'prev'
  readonly after: { readonly key: IDBValidKey; readonly primaryKey: IDBValidKey } | null
  readonly limit: number
}

/** The records after a position, in order. */
export function readRecords(
  source: IDBObjectStore | IDBIndex,
  { bounds, direction, after, limit }: CursorRequest,
  { KeyRange, cmp }: KeyTools,
): Promise<PlacedRecord[]> {
  const isIndex = 'objectStore' in source
  const begun = after ? startingAt(bounds, direction, { key: after.key, isOpen: !isIndex }) : bounds
  const request = source.openCursor(rangeOf(KeyRange, begun), direction)
  const records: PlacedRecord[] = []
  let toFind = isIndex ? after : null
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error ?? new Error('The records could not be read'))
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) return resolve(records)
      if (toFind) {
        const [position, order] = [toFind, comparePositions(cmp, cursor, toFind)]
        const isBefore = direction === 'next' ? order < 0 : order > 0
        if (isBefore) return cursor.continuePrimaryKey(position.key, position.primaryKey)
        toFind = null
        if (order === 0) return cursor.continue()
      }
      const { key, primaryKey, value } = cursor
      records.push({ key, primaryKey, value })
      if (records.length === limit) return resolve(records)
      cursor.continue()
    }
  })
}

function startingAt(bounds: Bounds, direction: 'next' | 'prev', bound: Bound): Bounds {
  return direction === 'next' ? { ...bounds, lower: bound } : { ...bounds, upper: bound }
}

function comparePositions(
  cmp: IDBFactory['cmp'],
  one: { key: IDBValidKey; primaryKey: IDBValidKey },
  other: { key: IDBValidKey; primaryKey: IDBValidKey },
): number {
  return cmp(one.key, other.key) || cmp(one.primaryKey, other.primaryKey)
}
