/** What `index.ts` exports in a single file, engine and worker script included: for service workers, and where nothing can be fetched. */
export * from './index.ts'
/** Databases in memory, for where files cannot be: shared workers and service workers. */
export { memory } from '../vfs/memory.ts'
