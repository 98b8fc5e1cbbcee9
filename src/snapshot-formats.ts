/** Databases in the formats of other programs: `idb-everywhere/snapshot/formats`. Works with any IndexedDB. */
export { fromDexie, type FromDexieOptions } from './snapshot/formats/dexie.ts'
export {
  fromSpacekit,
  type SpacekitFiles,
  type SpacekitOptions,
} from './snapshot/formats/spacekit.ts'
export type { SpacekitLoss } from './snapshot/formats/spacekit-log.ts'
export type { LostType, Restore } from './snapshot/formats/lost-types.ts'
export {
  fromStorageState,
  type FromStorageStateOptions,
  type PlaywrightDatabase,
  type PlaywrightRecord,
  type PlaywrightStore,
  type StorageState,
  toStorageState,
  type ToStorageStateOptions,
} from './snapshot/formats/storage-state.ts'
export type { Loss } from './snapshot/export-database.ts'
