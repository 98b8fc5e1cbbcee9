/**
 * A kit for tests: worlds of databases in memory that start over, fork, fail and fill up on demand.
 *
 * ```ts
 * import { createTestWorld, snapshot } from 'idb-everywhere/testing'
 *
 * const seeded = createTestWorld()
 * await fillWithBooks(seeded.indexedDB)
 * const world = seeded.fork() // microseconds, whatever the size
 * await application.run(world.indexedDB)
 * expect(await snapshot(world.indexedDB)).toEqual(expected)
 * ```
 */
import { connectionOf, IDBDatabase as DatabaseHandle } from './api/IDBDatabase.ts'
import type { IDBDatabase } from './api/global/interfaces.ts'
import { optionError } from './errors.ts'
import { describeValue } from './base/describe-value.ts'

export { createTestWorld, type TestWorld, type TestWorldOptions } from './testing/test-world.ts'
export {
  snapshot,
  type DatabaseSnapshot,
  type IndexSnapshot,
  type Snapshot,
  type StoreSnapshot,
} from './testing/snapshot.ts'
export * from './api/global/interfaces.ts'
export type { CallKind, Fault, FaultPlan } from './testing/fault-vfs.ts'

/**
 * Closes a connection as a browser does when the user clears the site's data: its transactions abort, then `close` is
 * fired at it. Does nothing to a closed one.
 *
 * @throws TypeError for what is not an open or closed IDBDatabase of this package.
 */
export function forceClose(database: IDBDatabase): void {
  if (!(database instanceof DatabaseHandle)) {
    const got = describeValue(database)
    const message = `forceClose(database) needs an IDBDatabase that this copy of idb-everywhere has opened, got ${got}`
    throw optionError('database', message)
  }
  connectionOf(database).host.forceClose()
}
