/** What the specification does not have: `idb-everywhere/extras`. All but `observe()` works with any IndexedDB. */
export { deleteMany, getMany, putMany, type PutManyOptions } from './extras/many.ts'
export { observe } from './extras/observe.ts'
export type { Observation, Observed, ObserveOptions, RecordChange } from './extras/observed.ts'
export type { FoundRecord } from './extras/read-batch.ts'
export { type NamedSource, records, type RecordsOptions } from './extras/records.ts'
export {
  type Action,
  type Ask,
  withTransaction,
  type WithTransactionOptions,
} from './extras/with-transaction.ts'
