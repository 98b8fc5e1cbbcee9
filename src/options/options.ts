/** The options of `createIndexedDB` and `install`, checked and completed. */
import { refuseServerPath } from '../arguments/server-path.ts'
import { optionError, StorageError } from '../errors.ts'
import type { ExplainSettings } from '../explain/explainer.ts'
import type { HostPort } from '../port/messages.ts'
import type { HostChoice } from '../protocol/host-choice.ts'
import { defaultPath } from './default-path.ts'
import { checkOptions, hasMethod, isModule, isPort, isUrl, portExpected } from './check-options.ts'
import { describeValue } from '../base/describe-value.ts'
import { type NamedOptions, underPresentNames } from './former-names.ts'
import type { IndexedDBOptions, Port, ScriptUrl } from './indexeddb-options.ts'
import type { Vfs, VfsDirectory } from '../files/vfs.ts'
import { outside } from './warning.ts'

/** What a platform chooses for options that are left out. */
export interface PlatformDefaults {
  /** The VFS of a factory that names none; on disk where the platform has one. Workers started here have it too. */
  defaultVfs(): Vfs
  /** Whether this thread cannot host the VFS, and a worker it starts can. */
  needsWorker(vfs: Vfs): boolean
  /** An environment variable; undefined where it is not set or must not be read. */
  environment(name: string): string | undefined
}

/** Options, completed. */
export interface Settings extends HostSettings {
  readonly vfs: Vfs
  /** That of `path`, taken before the working directory can change. */
  readonly directory: VfsDirectory
  readonly onWarning: (warning: Error) => void
  /** The worker that hosts the engine; false: this thread does. */
  readonly worker: boolean | string | ScriptUrl | Port
  /** The compiled engine, where the user has given it; null: the platform finds it. */
  readonly wasm: Promise<WebAssembly.Module> | null
}

/** What a host needs to know apart from its VFS; plain data, so that it can be sent to a worker. */
export interface HostSettings {
  readonly path: string
  readonly durability: 'relaxed' | 'strict'
  /** Whether the directory is shared with others that use it. */
  readonly isShared: boolean
  /** How long to wait for another owner, or for one that does not share; 0: not at all. */
  readonly waitMs: number
  readonly ifCorrupt: 'throw' | 'salvage'
  readonly integrityCheck: 'unclean' | 'always'
  /** undefined: none. */
  readonly quotaBytes: number | undefined
  /** How many bytes of pages are kept; undefined: the engine's default. */
  readonly cache: number | undefined
}

/** The part of the settings that a host needs. */
export function hostSettingsOf(settings: HostSettings): HostSettings {
  const { path, durability, isShared, waitMs, ifCorrupt, integrityCheck, quotaBytes, cache } =
    settings
  return { path, durability, isShared, waitMs, ifCorrupt, integrityCheck, quotaBytes, cache }
}

/** The differences between two factories on a directory that keep them from sharing a host, in words; the path does not matter. */
export function differences(known: Settings, other: Settings): string[] {
  return hostingNames.flatMap((name) => {
    const [one, another] = [wordOf(known[name], name), wordOf(other[name], name)]
    return known[name] === other[name] || (isUrl(known[name]) && one === another)
      ? []
      : [`${labels[name] ?? name}: ${one} there, ${another} here`]
  })
}

/** Settings that are not called as the option is. */
const labels: { readonly [Name in keyof Settings]?: string } = { isShared: "ifLocked: 'share'" }

/** The settings that a host has for all its factories. */
const hostingNames = [
  'isShared',
  'durability',
  'waitMs',
  'ifCorrupt',
  'integrityCheck',
  'quotaBytes',
  'cache',
  'worker',
] as const

type HostingName = (typeof hostingNames)[number]

function wordOf(value: Settings[HostingName], name: HostingName): string {
  if (isUrl(value)) return String(value)
  if (value === undefined) return name === 'cache' ? 'the default' : 'no limit'
  return typeof value === 'object' ? 'a worker' : describeValue(value)
}

/**
 * The options' own members, each read once; prototypes are ignored.
 *
 * @throws TypeError when they are not an object
 */
export function membersOf<Options extends object>(options: Options): Options {
  if (typeof options !== 'object' || options === null) {
    const message = `Expected the options to be an object, got ${describeValue(options)}`
    throw optionError('options', message)
  }
  return Object.assign(Object.create(null), options)
}

/** @throws TypeError for an unknown option or a malformed value, naming it. */
export function completeOptions(options: IndexedDBOptions, platform: PlatformDefaults): Settings {
  checkOptions(options)
  const named = underPresentNames(options)
  const vfs = named.vfs ?? platform.defaultVfs()
  const path = named.path ?? defaultPath(platform.environment)
  refuseServerPath(path)
  return {
    path,
    vfs,
    directory: directoryOf(vfs, path),
    durability: named.durability ?? 'relaxed',
    isShared: named.ifLocked === undefined || named.ifLocked === 'share',
    waitMs: waitMsOf(named),
    ifCorrupt: named.ifCorrupt ?? 'throw',
    integrityCheck: named.integrityCheck ?? 'unclean',
    quotaBytes: named.quotaBytes,
    cache: named.cache,
    worker: chooseWorker(named, vfs, platform),
    wasm: named.wasm === undefined ? null : modulePromiseOf(named.wasm),
    onWarning: outside(named.onWarning ?? warnOnConsole),
  }
}

/** @throws TypeError where the VFS gives something else. */
function directoryOf(vfs: Vfs, path: string): VfsDirectory {
  const directory: unknown = vfs.directory(path)
  if (hasMethod(directory, 'lock')) return directory as VfsDirectory // It is the VFS's to have the others.
  const got = describeValue(directory)
  const message = `Expected directory() of option "vfs" to return a VfsDirectory, with lock() and the other methods, got ${got}`
  throw optionError('vfs', message)
}

/** @throws TypeError for a time to wait where nothing waits. */
function waitMsOf({ ifLocked = 'share', waitMs }: NamedOptions): number {
  if (ifLocked === 'wait') return waitMs ?? Infinity
  if (ifLocked === 'share' || waitMs === undefined) return waitMs ?? 0
  const message =
    'Option "waitMs" has no effect with ifLocked: "throw"; leave "waitMs" out, or wait or share'
  throw optionError('waitMs', message)
}

/** What is explained to that thread; null: nothing. */
export function explainSettingsOf(
  explain: IndexedDBOptions['explain'],
  environment: PlatformDefaults['environment'],
): ExplainSettings | null {
  const isOn = explain ?? /^(development|test)$/.test(environment('NODE_ENV') ?? '')
  if (!isOn) return null
  const { slowTransactionMs = 10_000 } = typeof isOn === 'object' ? isOn : {}
  return { slowTransactionMs }
}

/** The default of `onWarning`. */
export function warnOnConsole({ message }: Error): void {
  console.warn(message)
}

/** The port, as the transport sees it. @throws TypeError for anything else */
export function hostPortOf(port: unknown): HostPort {
  if (isPort(port)) return port as HostPort // the platforms' ports and workers have its members
  throw optionError('port', `Expected the port to be ${portExpected}, got ${describeValue(port)}`)
}

/** The port among the options; null: this thread, or a worker it starts, is the owner. @throws TypeError as above. */
export function portOf(options: IndexedDBOptions): HostPort | null {
  checkOptions(options)
  // What no listener hears, and how it came to an error, are this thread's own.
  const { port, onWarning: _, explain: __, ...others } = options
  if (port === undefined) return null
  refuseBeside('port', others, 'give it to the factory that owns the directory')
  return hostPortOf(port)
}

/** The host among the options; null: there is none. They are checked. @throws TypeError for other options beside it */
export function hostChoiceOf(options: IndexedDBOptions): HostChoice | null {
  const { host, onWarning: _, explain: __, ...others } = options
  if (host === undefined) return null
  for (const name of ['durability', 'waitMs'] as const) {
    if (others[name] === undefined) continue
    const message = `Option "${name}" cannot be combined with "host"; it is an option of postgres(): give it there`
    throw optionError(name, message)
  }
  refuseBeside('host', others, 'it concerns files, and there are none')
  return host as HostChoice // The check has seen its method.
}

function refuseBeside(option: string, others: object, advice: string): void {
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined) continue
    const message = `Option "${name}" cannot be combined with "${option}"; ${advice}`
    throw optionError(name, message)
  }
}

function chooseWorker(
  { worker }: NamedOptions,
  vfs: Vfs,
  platform: PlatformDefaults,
): Settings['worker'] {
  if (worker === undefined) return platform.needsWorker(vfs)
  const { name } = platform.defaultVfs()
  // What has the shape of a URL is one: `isWorkerChoice` has checked.
  if (worker === false || vfs.name === name) return worker as Settings['worker']
  const message = `Option "worker" starts a worker with the VFS "${name}"; for the VFS "${vfs.name}" start one yourself, call serve() in it, and give its port with the option "port"`
  throw optionError('worker', message)
}

/** Its rejection fails each open request; until there is one, it is not reported as unhandled. */
function modulePromiseOf(wasm: object): Promise<WebAssembly.Module> {
  const promise = Promise.resolve(wasm).then((value) => {
    if (isModule(value)) return value
    const message =
      'Option "wasm" gave a promise that did not resolve with a WebAssembly.Module: compile wa-sqlite.wasm and pass the module'
    throw new StorageError('io', message, { code: 'ERR_IDB_ENGINE' })
  })
  promise.catch(() => {})
  return promise
}
