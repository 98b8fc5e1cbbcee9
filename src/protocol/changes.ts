/** What committed transactions have changed, for those who watch a database. */
import { isKey, isRange } from '../keys/check-range.ts'
import { type EncodedRange, hasAllKeys } from '../keys/key-range.ts'

/** One object store that is watched. */
export interface WatchedStore {
  readonly storeId: number
  /** null: all its keys. */
  readonly ranges: readonly EncodedRange[] | null
}

/** How records were changed; `any`: in more ways than are told one by one. */
export type ChangeKind = (typeof changeKinds)[number]

/** All kinds. */
export const changeKinds = ['add', 'put', 'delete', 'clear', 'any'] as const

const isOneKey = ({ lower, upper }: EncodedRange): boolean => upper === null && isKey(lower)

/** Whether a range from elsewhere is one that such a change can have. @throws StorageError for what begins with no key */
export const isRangeOf: Readonly<Record<ChangeKind, (range: EncodedRange) => boolean>> = {
  add: isOneKey,
  put: isOneKey,
  delete: isRange,
  clear: hasAllKeys,
  any: isRange,
}

/** A record that was changed, or all that may have been. */
export interface Change {
  readonly storeId: number
  readonly kind: ChangeKind
  /** The keys among which something may have changed. */
  readonly range: EncodedRange
}

/** Is told of changes. */
export interface ChangeListener {
  /** A transaction has committed that has changed something of what is watched. `isOwn`: of the same connection. */
  changed(changes: readonly Change[], isOwn: boolean): void
  /** There may have been others that were not told, now and before. */
  missed(): void
}
