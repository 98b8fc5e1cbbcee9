/** One factory's core: its host, and what it needs from above. */
import { domException, exceptionOf } from '../errors.ts'
import { queueCall } from '../events/call-task.ts'
import type { Explainer } from '../explain/explainer.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Connection } from './connection.ts'
import type { ClosableHost } from '../protocol/protocol.ts'
import { OpenRequest } from './open-request.ts'

/** Makes the event of a version change; its class belongs to the layer script sees. */
export type VersionChangeEventMaker = (
  type: string,
  versions: { oldVersion: number; newVersion: number | null },
) => Event

/** How any copy of this package finds what a factory of another copy is. Its number is raised when what `inspect()` uses changes. */
export const factorySymbol = Symbol.for('idb-everywhere.factory.1')

export interface Factory {
  readonly host: ClosableHost
  /** Why no storage can be had here, for people; null where it can. */
  readonly denial: string | null
  readonly versionChangeEvent: VersionChangeEventMaker
  /** Explains what transactions have been through; null: the option `explain` is off. */
  readonly explainer: Explainer | null
  /** Tells what goes on; null: nobody has asked yet. */
  monitor: Monitor | null
  /** Those that are open. */
  readonly connections: Set<Connection>
  /** Takes trouble that no request can report; never throws. */
  readonly warn: (warning: Error) => void
}

/** https://w3c.github.io/IndexedDB/#dom-idbfactory-open @throws SecurityError where no storage can be had */
export function openDatabase(
  factory: Factory,
  name: string,
  version: number | undefined,
): OpenRequest {
  checkStorage(factory)
  const request = new OpenRequest(factory, 'Opening', name)
  factory.host.open(name, version, request)
  return request
}

/** https://w3c.github.io/IndexedDB/#dom-idbfactory-deletedatabase @throws SecurityError as above */
export function deleteDatabase(factory: Factory, name: string): OpenRequest {
  checkStorage(factory)
  const request = new OpenRequest(factory, 'Deleting', name)
  factory.host.delete(name, request)
  return request
}

/** https://w3c.github.io/IndexedDB/#dom-idbfactory-databases @throws SecurityError as above */
export function listDatabases(factory: Factory): Promise<{ name: string; version: number }[]> {
  checkStorage(factory)
  return new Promise((resolve, reject) => {
    // In a task: one who asks again and again leaves a turn to others.
    factory.host.databases({
      done: (databases) =>
        queueCall(() => resolve(databases.map(({ name, version }) => ({ name, version })))),
      failed: (failure) => queueCall(() => reject(exceptionOf(failure))),
    })
  })
}

/** https://storage.spec.whatwg.org/#obtain-a-storage-key */
function checkStorage({ denial }: Factory): void {
  if (denial !== null) throw domException('SecurityError', denial)
}
