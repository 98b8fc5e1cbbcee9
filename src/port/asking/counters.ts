/** What goes on at a database, as it comes over a port. */
import type { DatabaseCounters } from '../../protocol/load.ts'
import type { StorageCounters } from '../../storage/storage.ts'
import { integerOf, membersOf, stringOf } from '../malformed.ts'

/** The counters that `value` is. @throws Malformed for anything else */
export function countersOf(value: unknown): DatabaseCounters {
  const { name, version, connections, running, waiting, engine } = membersOf(value)
  return {
    name: stringOf(name),
    version: integerOf(version, 0),
    connections: integerOf(connections, 0),
    running: integerOf(running, 0),
    waiting: integerOf(waiting, 0),
    engine: engine === null ? null : engineCountersOf(engine),
  }
}

function engineCountersOf(value: unknown): StorageCounters {
  const { bytesRead, bytesWritten, syncs, cacheHits, cacheMisses, cacheBytes } = membersOf(value)
  return {
    bytesRead: integerOf(bytesRead, 0),
    bytesWritten: integerOf(bytesWritten, 0),
    syncs: integerOf(syncs, 0),
    cacheHits: integerOf(cacheHits, 0),
    cacheMisses: integerOf(cacheMisses, 0),
    cacheBytes: integerOf(cacheBytes, 0),
  }
}
