/** What goes on at a factory, in numbers: `idb-everywhere/diagnostics`. Nothing leaves the thread that asks, but to its owner. */
import { checkArguments } from './arguments/check-arguments.ts'
import type { IDBFactory } from './api/global/interfaces.ts'
import { type Factory, factorySymbol } from './core/factory.ts'
import { type Counts, Meter } from './monitor/meter.ts'
import { Monitor } from './monitor/monitor.ts'
import type { DatabaseCounters } from './protocol/load.ts'
import type { HostConnection } from './protocol/protocol.ts'

export type { Counts, SlowRequest } from './monitor/meter.ts'
export type { Happening, HappeningKind } from './monitor/monitor.ts'
export type { DatabaseCounters } from './protocol/load.ts'
export type { StorageCounters } from './storage/storage.ts'

/** What goes on at a factory. The counts are of this factory alone, and begin with the first call. */
export interface Inspection extends Counts {
  /** Open connections of this factory. */
  readonly connections: number
  /** Those that it has open, as their owner sees them. */
  readonly databases: readonly DatabaseCounters[]
}

const meters = new WeakMap<Factory, Meter>()

/**
 * Tells what goes on at a factory. With the first call it begins to count and to time, which costs some time for each request from
 * then on.
 *
 * @throws TypeError for anything that is not a factory of this package
 */
export async function inspect(indexedDB: IDBFactory): Promise<Inspection> {
  const factory = factoryOf(indexedDB)
  const meter = meterOf(factory)
  const connections = Array.from(factory.connections, ({ host }) => host)
  const databases = new Map(connections.map((host) => [host.name, host]))
  const counted = await Promise.all(Array.from(databases.values(), countersOf))
  return {
    connections: connections.length,
    ...meter.counts(),
    databases: counted.filter((it) => it !== null),
  }
}

function factoryOf(indexedDB: unknown): Factory {
  // The symbol is this package's alone; what is no factory of it has nothing there.
  const { [factorySymbol]: factory } = Object(indexedDB) as { [factorySymbol]?: Factory }
  const kind = [() => factory !== undefined, 'a factory of this package'] as const
  checkArguments('inspect()', { indexedDB: [indexedDB, kind] })
  return factory as Factory // It was checked.
}

function meterOf(factory: Factory): Meter {
  const known = meters.get(factory)
  if (known) return known
  const meter = new Meter()
  meters.set(factory, meter)
  factory.monitor ??= new Monitor([])
  factory.monitor.add(meter)
  return meter
}

/** null: the connection has ended meanwhile. */
function countersOf(connection: HostConnection): Promise<DatabaseCounters | null> {
  return new Promise((resolve) => {
    connection.inspect({ done: resolve, failed: () => resolve(null) })
  })
}
