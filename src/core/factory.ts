/** One factory's core: its host, and what it needs from above. */
import { exceptionOf } from '../errors.ts'
import type { ClosableHost } from '../host/protocol.ts'
import { OpenRequest } from './open-request.ts'

/** Makes the event of a version change; its class belongs to the layer script sees. */
export type VersionChangeEventMaker = (
  type: string,
  versions: { oldVersion: number; newVersion: number | null },
) => Event

export interface Factory {
  readonly host: ClosableHost
  readonly versionChangeEvent: VersionChangeEventMaker
  /** Takes trouble that no request can report. */
  readonly warn: (warning: Error) => void
}

/** https://w3c.github.io/IndexedDB/#dom-idbfactory-open */
export function openDatabase(
  factory: Factory,
  name: string,
  version: number | undefined,
): OpenRequest {
  const request = new OpenRequest(factory)
  factory.host.open(name, version, request)
  return request
}

/** https://w3c.github.io/IndexedDB/#dom-idbfactory-deletedatabase */
export function deleteDatabase(factory: Factory, name: string): OpenRequest {
  const request = new OpenRequest(factory)
  factory.host.delete(name, request)
  return request
}

/** https://w3c.github.io/IndexedDB/#dom-idbfactory-databases */
export function listDatabases(factory: Factory): Promise<{ name: string; version: number }[]> {
  return new Promise((resolve, reject) => {
    factory.host.databases({
      done: (databases) => resolve(databases.map(({ name, version }) => ({ name, version }))),
      failed: (failure) => reject(exceptionOf(failure)),
    })
  })
}
