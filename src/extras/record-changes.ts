/** Changes as the listener of `observe()` sees them. */
import { IDBKeyRange } from '../api/global/interfaces.ts'
import { convertKeyToValue } from '../keys/convert-key-to-value.ts'
import { decodeRange } from '../keys/decode-range.ts'
import type { KeyRange } from '../keys/key-range.ts'
import type { Change } from '../protocol/changes.ts'
import type { DatabaseSchema } from '../protocol/protocol.ts'
import type { Key } from '../requests/vocabulary.ts'
import type { RecordChange } from './observed.ts'

/** One transaction's. */
export class RecordChanges {
  readonly #changes: readonly Change[]
  readonly #schema: DatabaseSchema

  constructor(changes: readonly Change[], schema: DatabaseSchema) {
    this.#changes = changes
    this.#schema = schema
  }

  list(): RecordChange[] {
    return this.#changes.flatMap(({ storeId, kind, range }): RecordChange[] => {
      const store = this.#schema.stores.get(storeId)?.name
      if (store === undefined) return []
      if (range.upper !== null) {
        return [{ store, kind, key: undefined, range: rangeOf(decodeRange(range)) }]
      }
      const key = convertKeyToValue(range.lower) as Key // As the vocabulary of the project has it.
      return [{ store, kind, key, range: undefined }]
    })
  }
}

function rangeOf({ lower, upper, lowerOpen, upperOpen }: KeyRange): IDBKeyRange | null {
  const [start, end] = [lower && convertKeyToValue(lower), upper && convertKeyToValue(upper)]
  if (start !== null && end !== null) return IDBKeyRange.bound(start, end, lowerOpen, upperOpen)
  if (start !== null) return IDBKeyRange.lowerBound(start, lowerOpen)
  return end === null ? null : IDBKeyRange.upperBound(end, upperOpen)
}
