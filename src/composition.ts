/** Puts the rooms together for a platform. */
import { IDBFactory, factoryHandle, factoryOf } from './api/IDBFactory.ts'
import { IDBVersionChangeEvent } from './api/IDBVersionChangeEvent.ts'
import type { Factory } from './core/factory.ts'
import { exceptionOf } from './errors.ts'
import type { IndexedDBOptions, InstallOptions, Port } from './indexeddb-options.ts'
import type { ClosableIDBFactory } from './interfaces.ts'
import { installGlobals, splitOptions } from './install.ts'
import { connectHost } from './host/port-client.ts'
import type { HostPort } from './host/port-messages.ts'
import { serve as serveHost } from './host/port-server.ts'
import type { Host } from './host/protocol.ts'
import { completeOptions, hostPortOf, portOf, warnOnConsole } from './options.ts'
import type { Platform } from './platform.ts'
import { assertStackRoom } from './stack-room.ts'
import { sharedWorkerHost } from './shared-worker-hosts.ts'
import { threadHosts } from './thread-hosts.ts'
import { memory } from '../vfs/memory.ts'

/** The public functions of an entry point. */
export interface Composition {
  createIndexedDB: (options?: IndexedDBOptions) => ClosableIDBFactory
  install: (options?: InstallOptions) => globalThis.IDBFactory
  /** The host that a factory with these options has. */
  hostFor: (options: IndexedDBOptions) => Host
  serve: (port: Port, factory?: globalThis.IDBFactory) => void
}

/** The public functions on that platform. */
export function compose(platform: Platform): Composition {
  const hostInThread = threadHosts(platform)
  const hostFor = (options: IndexedDBOptions): Host => {
    assertStackRoom()
    const port = portOf(options)
    if (port) return hostBehind(port)
    const settings = completeOptions(options, platform)
    if (settings.worker !== false) return sharedWorkerHost(settings, platform)
    return hostInThread(settings)
  }
  const createIndexedDB = (options: IndexedDBOptions = {}): ClosableIDBFactory =>
    factoryOn(hostFor(options), options.onWarning)
  const install = (options: InstallOptions = {}): globalThis.IDBFactory => {
    const { target, force, rest } = splitOptions(options)
    return installGlobals({ target, force }, () => createIndexedDB(withEnvironment(rest, platform)))
  }
  const serve = (port: Port, factory: globalThis.IDBFactory = createIndexedDB()): void => {
    const { host, warn } = factoryOf(factory)
    serveHost(host, hostPortOf(port), (failure) => warn(exceptionOf(failure)))
  }
  return { createIndexedDB, install, serve, hostFor }
}

/**
 * Closes every connection of the factory's directory as `close()` does, waits for its transactions, fails opens not yet
 * started with AbortError, and gives up the directory. Later opens start anew.
 */
export function close(factory: globalThis.IDBFactory): Promise<void> {
  assertStackRoom()
  return closeHostOf(factory)
}

/** Rejects for anything that is no factory. */
async function closeHostOf(factory: globalThis.IDBFactory): Promise<void> {
  await factoryOf(factory).host.close()
}

/** Port → the host at its other end: several factories may share a port. */
const hostsBehind = new WeakMap<HostPort, Host>()

function hostBehind(port: HostPort): Host {
  const known = hostsBehind.get(port)
  if (known) return known
  const host = connectHost(port)
  hostsBehind.set(port, host)
  return host
}

/** A factory on a host. */
export function factoryOn(host: Host, warn = warnOnConsole): ClosableIDBFactory {
  const factory: Factory = {
    host,
    warn,
    versionChangeEvent: (type, versions) => new IDBVersionChangeEvent(type, versions),
  }
  return closable(factoryHandle(factory))
}

function closable(factory: IDBFactory): ClosableIDBFactory {
  const dispose = (): Promise<void> => close(factory as unknown as globalThis.IDBFactory)
  Object.defineProperty(factory, Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'), {
    value: dispose,
    configurable: true,
  })
  // The classes have the platform's members; their own types say `any` where the DOM's name the DOM's classes.
  return factory as unknown as ClosableIDBFactory
}

/** The environment may choose the back end of an installed factory. */
function withEnvironment(options: IndexedDBOptions, platform: Platform): IndexedDBOptions {
  const { environment } = platform
  const name = environment('IDB_BACKEND') ? 'IDB_BACKEND' : 'SPACEKIT_IDB_BACKEND'
  const backend = environment(name)
  if (!backend || options.vfs) return options
  if (backend === 'memory') return { ...options, vfs: memory() }
  if (backend === 'sqlite' || backend === 'wal') return options
  throw new TypeError(`Expected ${name} to be "sqlite" or "memory", got ${JSON.stringify(backend)}`)
}
