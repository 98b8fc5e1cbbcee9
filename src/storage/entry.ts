/** What `idb-everywhere/storage` gives to people who write an engine: the seam, and what both of its sides go by. */
export { StorageError, type StorageErrorCode } from '../errors.ts'
export { forEachIndexKey } from '../keys/index-keys.ts'
export type { Direction } from '../keys/direction.ts'
export type { KeyPath } from '../keys/key-path.ts'
export type { EncodedRange } from '../keys/key-range.ts'
export type { StorageLimits } from './limits.ts'
export type { SalvagedStore, SalvageReport } from './salvage-report.ts'
export {
  applySchemaChange,
  type DatabaseSchema,
  emptySchema,
  type IndexSchema,
  type ObjectStoreSchema,
  type SchemaChange,
} from './schema.ts'
export { mostMarkedClients } from './storage.ts'
export type {
  CommitMark,
  NewRecord,
  RecordBytes,
  RecordReceiver,
  Scan,
  Storage,
  StorageCare,
  StorageCopy,
  StorageCounters,
  StorageDirectory,
  StorageDurability,
  StorageTransaction,
} from './storage.ts'
