/** Puts the rooms together for a platform. */
import { defineHidden } from '../base/own-property.ts'
import { isA } from '../base/thrown.ts'
import { IDBFactory, factoryHandle, factoryOf, isFactory } from '../api/IDBFactory.ts'
import { FiredVersionChangeEvent } from '../api/IDBVersionChangeEvent.ts'
import type { Factory } from '../core/factory.ts'
import { exceptionOf, type Failure, optionError } from '../errors.ts'
import { describeValue } from '../base/describe-value.ts'
import { Explainer, type ExplainSettings } from '../explain/explainer.ts'
import { HostUser, hostOfOthers } from './host-user.ts'
import type { IndexedDBOptions, InstallOptions, Port } from '../options/indexeddb-options.ts'
import type { ClosableIDBFactory } from '../api/global/interfaces.ts'
import { installGlobals, splitOptions } from '../api/global/install.ts'
import { connectHost } from '../port/client.ts'
import type { HostPort } from '../port/messages.ts'
import { serve as serveHost } from '../port/server.ts'
import { endsOfPort } from '../port/serving/blockers.ts'
import type { HostSource } from '../protocol/host-choice.ts'
import type { ClosableHost, Host } from '../protocol/protocol.ts'
import {
  completeOptions,
  explainSettingsOf,
  hostChoiceOf,
  hostPortOf,
  membersOf,
  portOf,
  type Settings,
  warnOnConsole,
} from '../options/options.ts'
import type { Platform } from './platform.ts'
import { memberHosts } from './in-member.ts'
import { Monitor, type Witness } from '../monitor/monitor.ts'
import { sharedHost } from './registry.ts'
import type { Sharing } from './sharing.ts'
import { assertStackRoom } from '../base/stack-room.ts'
import { outside } from '../options/warning.ts'
import { workerHosts } from './in-worker.ts'
import { memory } from '../../vfs/memory.ts'

/** The public functions of an entry point. */
export interface Composition {
  createIndexedDB: (options?: IndexedDBOptions) => ClosableIDBFactory
  install: (options?: InstallOptions) => globalThis.IDBFactory
  serve: (port: Port, factory: globalThis.IDBFactory) => void
}

/** The public functions on that platform. */
export function compose(platform: Platform): Composition {
  const hosts = hostsOn(platform)
  const sourceFor = (options: IndexedDBOptions): HostSource => {
    assertStackRoom()
    const port = portOf(options)
    if (port) return hostOfOthers(hostAt(port, platform))
    const choice = hostChoiceOf(options)
    if (choice) return choice.sourceFor(outside(options.onWarning ?? warnOnConsole))
    const settings = completeOptions(options, platform)
    return sharedHost(settings, platform, hosts(settings))
  }
  const onHosts = new WeakSet<object>()
  const createIndexedDB = (options: IndexedDBOptions = {}): ClosableIDBFactory => {
    const own = membersOf(options)
    const denial = own.port || own.host ? null : platform.denialOf(own.vfs ?? platform.defaultVfs())
    const host = new HostUser(sourceFor(own))
    const explain = explainSettingsOf(own.explain, platform.environment)
    const monitor = monitorOf(platform.witnesses)
    const factory = factoryOn(host, { warn: own.onWarning, denial, explain, monitor })
    if (own.host) onHosts.add(factory)
    return factory
  }
  const install = (options: InstallOptions = {}): globalThis.IDBFactory => {
    const { target, force, rest } = splitOptions(membersOf(options))
    const factory = installGlobals({ target, force }, () =>
      createIndexedDB(withEnvironment(membersOf(rest), platform)),
    )
    // The data would go elsewhere without a word.
    if (rest.host && !onHosts.has(factory)) throw hostLeftOut()
    return factory
  }
  const serve = (port: Port, factory: globalThis.IDBFactory): void => {
    const served = hostPortOf(port)
    const { host, warn } = ownFactory(factory, 'serve(port, factory)')
    const report = (failure: Failure): void => warn(exceptionOf(failure))
    serveHost(host, served, { report, presence: platform.presence, ends: endsOfPort() })
  }
  return { createIndexedDB, install, serve }
}

/** How the host of each directory is made: alone or shared, in this thread or in a worker. */
function hostsOn(platform: Platform): (settings: Settings) => Sharing {
  const threads = platform.threads(platform)
  const inWorker = workerHosts(platform)
  return ({ isShared, worker }) => {
    const alone = worker === false ? threads.hosts : inWorker
    return isShared ? memberHosts(platform, threads, alone) : alone
  }
}

/**
 * Closes what the factory has open: its connections take no new transactions, and get `close` once their current
 * transactions have ended. Opens and deletions that have begun are answered first; those that wait for connections to close, or
 * for a server that cannot be reached, fail with AbortError. Then the directory is given up, unless other factories have something
 * open there. Requests made while it closes wait until it has closed, and then open the directory again.
 */
export function close(factory: globalThis.IDBFactory): Promise<void> {
  assertStackRoom()
  return closeHostOf(factory)
}

/** Rejects for anything that is not a factory. */
async function closeHostOf(factory: globalThis.IDBFactory): Promise<void> {
  await ownFactory(factory, 'close(factory)').host.close()
}

/** @throws TypeError for anything that is not a factory of this copy of the package. `call`: the function that was called, for the message. */
function ownFactory(factory: unknown, call: string): Factory {
  if (isFactory(factory)) return factoryOf(factory)
  const isLikeOne = isA(factory, IDBFactory)
  const got = isLikeOne ? 'a proxy of one, or what inherits from one' : describeValue(factory)
  const message = `${call} needs a factory that createIndexedDB() or install() of this copy of idb-everywhere has returned, got ${got}`
  throw optionError('factory', message)
}

/** Port → the host at its other end: several factories may share a port. */
const hostsAt = new WeakMap<HostPort, Host>()

function hostAt(port: HostPort, { presence }: Platform): Host {
  const known = hostsAt.get(port)
  if (known) return known
  const host = connectHost(port, { presence })
  hostsAt.set(port, host)
  return host
}

/** What a factory may need in addition to its host. */
interface FactoryOptions {
  readonly warn?: IndexedDBOptions['onWarning']
  readonly denial?: string | null
  readonly explain?: ExplainSettings | null
  readonly monitor?: Monitor | null
}

/** A factory on a host. */
export function factoryOn(
  host: ClosableHost,
  { warn = warnOnConsole, denial = null, explain = null, monitor = null }: FactoryOptions = {},
): ClosableIDBFactory {
  const warnOutside = outside(warn)
  const factory: Factory = {
    host,
    denial,
    explainer: explain && new Explainer(explain, warnOutside),
    monitor,
    connections: new Set(),
    warn: warnOutside,
    versionChangeEvent: (type, versions) => new FiredVersionChangeEvent(type, versions),
  }
  return closable(factoryHandle(factory))
}

function monitorOf(witnesses: readonly Witness[]): Monitor | null {
  return witnesses.length > 0 ? new Monitor(witnesses) : null
}

function closable(factory: IDBFactory): ClosableIDBFactory {
  const dispose = (): Promise<void> => close(factory as unknown as globalThis.IDBFactory)
  defineHidden(factory, Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'), dispose)
  // The classes have the platform's members; only their types differ: `any` in place of the DOM's classes.
  return factory as unknown as ClosableIDBFactory
}

/** Where there is an IndexedDB already, and it is not on a host. */
function hostLeftOut(): TypeError {
  const message =
    'Option "host" has no effect, as there is an indexedDB already; remove what has put it there, such as an import of idb-everywhere/auto, or replace it with the option force'
  return optionError('host', message)
}

/**
 * Where an installed factory keeps its files, if the environment says so.
 *
 * @throws TypeError where it says what cannot be, or what the options rule out
 */
function withEnvironment(options: IndexedDBOptions, platform: Platform): IndexedDBOptions {
  const { environment } = platform
  const name = environment('IDB_BACKEND') ? 'IDB_BACKEND' : 'SPACEKIT_IDB_BACKEND'
  const backend = environment(name)
  if (!backend || options.vfs) return options
  if (backend === 'memory') {
    const other = (['host', 'port'] as const).find((it) => options[it] !== undefined)
    if (other === undefined) return { ...options, vfs: memory() }
    const message = `${name}=memory in the environment cannot be combined with option "${other}"; unset it, or leave the option out`
    throw optionError(name, message)
  }
  if (backend === 'sqlite' || backend === 'wal') return options
  const got = describeValue(backend)
  throw optionError(name, `Expected ${name} to be "sqlite" or "memory", got ${got}`)
}
