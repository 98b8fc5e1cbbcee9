/** The options of `createIndexedDB` and `install`, checked and completed. */
import { StorageError } from '../errors.ts'
import type { HostPort } from '../port/messages.ts'
import type { IndexedDBOptions, Port, ScriptUrl } from './indexeddb-options.ts'
import type { Vfs, VfsDirectory } from '../files/vfs.ts'
import { isTrustedScriptUrl } from './trusted-worker.ts'
import { outside } from './warning.ts'

/** What a platform has for a factory whose options leave it open. */
export interface PlatformDefaults {
  /** The VFS of a factory that names none; on disk where the platform has one. Workers started here have it too. */
  defaultVfs(): Vfs
  /** Whether this thread cannot host the VFS, and a worker it starts can. */
  needsWorker(vfs: Vfs): boolean
  /** An environment variable; undefined where it is not set or must not be read. */
  environment(name: string): string | undefined
}

/** Options with nothing left open. */
export interface Settings extends HostSettings {
  readonly vfs: Vfs
  /** That of `path`, whatever becomes of the working directory before it is used. */
  readonly directory: VfsDirectory
  readonly onWarning: (warning: Error) => void
  /** The worker that hosts the engine; false: this thread does. */
  readonly worker: boolean | string | ScriptUrl | Port
  /** The compiled engine, where the user has given it; null: the platform finds it. */
  readonly wasm: Promise<WebAssembly.Module> | null
}

/** What a host needs to know besides its VFS; plain data, so that a worker can be told. */
export interface HostSettings {
  readonly path: string
  readonly durability: 'relaxed' | 'strict'
  /** How long to wait for another owner; 0: not at all. */
  readonly waitMs: number
  readonly onCorrupt: 'throw' | 'salvage'
  readonly check: 'unclean' | 'always'
  /** In bytes; undefined: none. */
  readonly quota: number | undefined
}

/** The part of the settings that a host needs. */
export function hostSettingsOf(settings: HostSettings): HostSettings {
  const { path, durability, waitMs, onCorrupt, check, quota } = settings
  return { path, durability, waitMs, onCorrupt, check, quota }
}

/** In what two factories on a directory differ that keeps them from sharing its host, in words; the path's is no matter. */
export function differences(known: Settings, other: Settings): string[] {
  const names = ['durability', 'waitMs', 'onCorrupt', 'check', 'quota', 'worker'] as const
  return names.flatMap((name) => {
    const [one, another] = [wordOf(known[name]), wordOf(other[name])]
    return known[name] === other[name] || (isUrl(known[name]) && one === another)
      ? []
      : [`${name}: ${one} there, ${another} here`]
  })
}

function wordOf(value: Settings['worker' | 'quota' | 'waitMs']): string {
  return isUrl(value) ? String(value) : typeof value === 'object' ? 'a worker' : describe(value)
}

/** Whether a worker is chosen by the address of its script. */
export function isUrl(value: unknown): value is ScriptUrl {
  return value instanceof URL || isTrustedScriptUrl(value)
}

/** Option → what its value must be, and in which words an error says so. */
const checks: Readonly<Record<string, readonly [(value: unknown) => boolean, string]>> = {
  path: [(value) => typeof value === 'string' && value !== '', 'a non-empty string'],
  vfs: [isVfs, 'a VFS module such as memory() or nodeFs()'],
  durability: [(value) => value === 'relaxed' || value === 'strict', '"relaxed" or "strict"'],
  onLocked: [(value) => value === 'throw' || value === 'wait', '"throw" or "wait"'],
  waitMs: [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds'],
  onWarning: [(value) => typeof value === 'function', 'a function'],
  onCorrupt: [(value) => value === 'throw' || value === 'salvage', '"throw" or "salvage"'],
  check: [(value) => value === 'unclean' || value === 'always', '"unclean" or "always"'],
  quota: [isByteCount, 'a whole number of bytes, not negative'],
  worker: [isWorkerChoice, 'true, false, the URL of a worker script, or a worker'],
  wasm: [isWasm, 'the WebAssembly.Module of wa-sqlite.wasm, or a promise of it'],
  port: [isPort, 'a MessagePort'],
}

/**
 * The options' own members, each read once: what a getter says the second time, or a prototype, is no matter.
 *
 * @throws TypeError when they are no object
 */
export function membersOf<Options extends object>(options: Options): Options {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('Expected the options to be an object')
  }
  return Object.assign(Object.create(null), options)
}

/** @throws TypeError for an unknown option or a malformed value, naming it. */
export function completeOptions(options: IndexedDBOptions, platform: PlatformDefaults): Settings {
  checkOptions(options)
  const { onLocked = 'throw', waitMs = Infinity, durability = 'relaxed' } = options
  const vfs = options.vfs ?? platform.defaultVfs()
  const path = options.path ?? defaultPath(platform)
  return {
    path,
    vfs,
    directory: vfs.directory(path),
    durability,
    waitMs: onLocked === 'wait' ? waitMs : 0,
    onCorrupt: options.onCorrupt ?? 'throw',
    check: options.check ?? 'unclean',
    quota: options.quota,
    worker: chooseWorker(options, vfs, platform),
    wasm: options.wasm === undefined ? null : modulePromiseOf(options.wasm),
    onWarning: outside(options.onWarning ?? warnOnConsole),
  }
}

/** What hears warnings where no option says otherwise. */
export function warnOnConsole({ message }: Error): void {
  console.warn(message)
}

/** A port as the transport sees it. @throws TypeError for anything else */
export function hostPortOf(port: unknown): HostPort {
  if (isPort(port)) return port as HostPort // the platforms' ports and workers have its members
  throw new TypeError(`Expected the port to be a MessagePort, got ${describe(port)}`)
}

/** The port among the options; null: this thread, or a worker it starts, is the owner. @throws TypeError as above. */
export function portOf(options: IndexedDBOptions): HostPort | null {
  checkOptions(options)
  const { port, ...others } = options
  if (port === undefined) return null
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined) continue
    throw new TypeError(
      `Unexpected option "${name}" with "port": the factory that owns the directory sets it, give it there`,
    )
  }
  return hostPortOf(port)
}

function checkOptions(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (!check) {
      throw new TypeError(`Unknown option "${name}"; there are ${Object.keys(checks).join(', ')}`)
    }
    const [isValid, expected] = check
    if (value !== undefined && !isValid(value)) {
      throw new TypeError(`Expected option "${name}" to be ${expected}, got ${describe(value)}`)
    }
  }
}

function chooseWorker(
  { worker }: IndexedDBOptions,
  vfs: Vfs,
  platform: PlatformDefaults,
): Settings['worker'] {
  if (worker === undefined) return platform.needsWorker(vfs)
  const { name } = platform.defaultVfs()
  // A URL by its shape is one: `isWorkerChoice` has looked.
  if (worker === false || vfs.name === name) return worker as Settings['worker']
  throw new TypeError(
    `Option "worker" starts a worker with the VFS "${name}"; for the VFS "${vfs.name}" start one yourself, call serve() in it, and give its port with the option "port"`,
  )
}

function isVfs(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'directory' in value && typeof value.directory === 'function'
}

function isByteCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isWorkerChoice(value: unknown): boolean {
  return ['boolean', 'string'].includes(typeof value) || isUrl(value) || isPort(value)
}

function isWasm(value: unknown): boolean {
  return isModule(value) || (typeof value === 'object' && value !== null && 'then' in value)
}

/** By its slots: it may be of another realm. */
function isModule(value: unknown): value is WebAssembly.Module {
  try {
    WebAssembly.Module.exports(value as WebAssembly.Module)
    return true
  } catch {
    // A TypeError: it is none.
    return false
  }
}

/** Whoever opens something is told when it fails; until then it is no unhandled rejection. */
function modulePromiseOf(wasm: object): Promise<WebAssembly.Module> {
  const promise = Promise.resolve(wasm).then((value) => {
    if (isModule(value)) return value
    const message =
      'Option "wasm" gave a promise that did not resolve with a WebAssembly.Module: compile wa-sqlite.wasm and pass the module'
    throw new StorageError('io', message)
  })
  promise.catch(() => {})
  return promise
}

function isPort(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'postMessage' in value && typeof value.postMessage === 'function'
}

/** A value as an error shows it. */
function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function defaultPath(platform: PlatformDefaults): string {
  const { environment } = platform
  return environment('IDB_PATH') || environment('SPACEKIT_IDB_PATH') || '.indexeddb'
}
