/** Counting in pieces: what else is asked of a database does not have to wait until millions are counted. */
import { type Bounds, type KeyTools, rangeOf } from './read-page.ts'
import { resultOf } from './requests.ts'

/** Some tens of milliseconds' worth. */
const recordsPerPiece = 20_000

/**
 * How many records or entries there are within the bounds. Each piece has a transaction of its own, which `read` begins: what
 * is written meanwhile may be counted or not.
 */
export async function countRecords(
  read: () => IDBObjectStore | IDBIndex,
  { lower, upper }: Bounds,
  { KeyRange, cmp }: KeyTools,
): Promise<number> {
  const countWithin = async (bounds: Bounds): Promise<number> =>
    resultOf(read().count(rangeOf(KeyRange, bounds) ?? undefined))
  let [count, from] = [0, lower]
  for (;;) {
    const rest = { lower: from, upper }
    const key = await keyAhead(read(), rangeOf(KeyRange, rest))
    if (key === null) return count + (await countWithin(rest))
    // More entries of an index than are in a piece may have one key: these are a piece, however many.
    const isOneKey = from !== null && !from.isOpen && cmp(key, from.key) === 0
    count += await countWithin({ lower: from, upper: { key, isOpen: !isOneKey } })
    if (isOneKey && upper && cmp(key, upper.key) === 0) return count
    from = { key, isOpen: isOneKey }
  }
}

/** The key of the record that is a piece after the first; null: there are not that many. */
function keyAhead(
  reader: IDBObjectStore | IDBIndex,
  range: IDBKeyRange | null,
): Promise<IDBValidKey | null> {
  const request = reader.openKeyCursor(range)
  let hasAdvanced = false
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error ?? new Error('The records could not be counted'))
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor || hasAdvanced) return resolve(cursor && cursor.key)
      hasAdvanced = true
      cursor.advance(recordsPerPiece)
    }
  })
}
