/** What `idb-everywhere/storage/conformance` gives to people who write an engine. */
export { storageConformance } from './suite.ts'
export type { TestTools } from '../vfs-conformance.ts'
