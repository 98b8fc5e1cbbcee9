/**
 * IndexedDB wherever JavaScript runs: in Node, Bun and Deno on files, in pages and workers of browsers on OPFS.
 *
 * ```ts
 * import { createIndexedDB, close } from 'idb-everywhere'
 *
 * const indexedDB = createIndexedDB({ path: './data' })
 * const request = indexedDB.open('library', 1)
 * request.onupgradeneeded = () => request.result.createObjectStore('books', { keyPath: 'isbn' })
 * ```
 */
import { close as closeFactory, compose } from './hosting/composition.ts'
import type { IndexedDBOptions, InstallOptions, Port } from './options/indexeddb-options.ts'
import type { ClosableIDBFactory, IDBFactory } from './api/global/interfaces.ts'
import { platform } from '#platform'

const { createIndexedDB: create, install: installOn, serve: serveOn } = compose(platform)

/**
 * Makes a factory: the `indexedDB` of the specification. Nothing is touched before its first use, which on a page starts a
 * worker for OPFS.
 *
 * @throws TypeError for an unknown or malformed option, and when the directory is in use with other options.
 */
export const createIndexedDB: (options?: IndexedDBOptions) => ClosableIDBFactory = create

/**
 * Installs a factory and the IDB* classes on a global object and returns the factory. Without `force`, a factory that is
 * already there (a browser's own, too) is left alone and returned.
 *
 * @throws TypeError for an unknown or malformed option or environment variable, and where `host` would be left out, as there is a factory that has none.
 */
export const install: (options?: InstallOptions) => IDBFactory = installOn

/**
 * Lets another thread use the factory's databases: there, pass the other end of the channel to `createIndexedDB({ port })`.
 *
 * @throws TypeError when `port` is not a port, or `factory` is not a factory of this package.
 */
export const serve: (port: Port, factory: IDBFactory) => void = serveOn

/**
 * Closes what the factory has open: its connections take no new transactions, and get `close` once their current
 * transactions have ended. Opens and deletions that have begun are answered first; those that wait for connections to close, or
 * for a server that cannot be reached, fail with AbortError. Then the directory is given up, unless other factories have something
 * open there. Requests made while it closes wait until it has closed, and then open the directory again.
 */
export const close: (factory: IDBFactory) => Promise<void> = closeFactory

export type {
  IDBBlocker,
  IDBErrorCause,
  IDBErrorCode,
  IDBErrorFacts,
  IDBOwner,
} from './base/error-cause.ts'
export type { IndexedDBOptions, InstallOptions, Port } from './options/indexeddb-options.ts'
export {
  type SalvagedStore,
  type SalvageReport,
  salvageReport,
} from './api/global/salvage-report.ts'
export * from './api/global/interfaces.ts'
