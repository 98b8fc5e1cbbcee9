/**
 * The hosts of this thread, one for each storage directory in use. Factories on the same directory share one, whichever
 * copy of this module or realm they come from: the registry lies on an object that all of them have. A host's entry is the only
 * place that says how many hold it, whether it is closing, and what waits for that.
 *
 * A host in memory lives as long as it can be reached: through a factory that has used it, a connection or the VFS object.
 * Then it goes with all its databases, connections left open included, so that a test may drop a factory without closing it.
 */
import { append, bareCopy } from '../base/own-property.ts'
import { conflictError, type Failure, failure, failureOf } from '../errors.ts'
import type { HostSource } from '../protocol/host-choice.ts'
import type { ClosableHost, Host } from '../protocol/protocol.ts'
import { type Settings, differences } from '../options/options.ts'
import type { WorkerPlatform } from './platform.ts'
import type { Sharing } from './sharing.ts'
import type { Vfs } from '../files/vfs.ts'

/** Its number is raised when `SharedHost`, `Host` or the files change: copies that differ must not share a host. */
const registrySymbol = Symbol.for('idb-everywhere.hosts.5')

/** A host, and what its users have in common. */
interface SharedHost {
  readonly host: ClosableHost
  readonly settings: Settings
  /** How many unanswered requests and open connections its users have. */
  holdCount: number
  /** null: not being closed. */
  closing: Promise<void> | null
  /** Called, in order, when it is closed, or could not be. */
  readonly waiting: (() => void)[]
}

/** Place → host; `deref()` gives undefined when the host was in memory and can no longer be reached. */
type Registry = Map<string, { deref(): SharedHost | undefined }>

/** The hosts in memory that a VFS object keeps alive: the databases can be found again through the object. */
const keptByVfs = new WeakMap<Vfs, Set<SharedHost>>()

/** Releases what the engine holds of directories that can no longer be reached. */
const unreachable = new FinalizationRegistry<Leftover>(({ giveBack, registry, place }) => {
  if (registry.get(place)?.deref() === undefined) registry.delete(place)
  giveBack()
})

interface Leftover {
  readonly giveBack: () => void
  readonly registry: Registry
  readonly place: string
}

/**
 * A factory's way to the host of its directory, which is made when it is first asked.
 *
 * @throws TypeError when the directory is in use with other settings.
 */
export function sharedHost(
  settings: Settings,
  platform: WorkerPlatform,
  sharing: Sharing,
): HostSource {
  return new SharedHostSource(settings, registryOf(platform), sharing)
}

class SharedHostSource implements HostSource {
  readonly #settings: Settings
  readonly #registry: Registry
  readonly #sharing: Sharing
  readonly #place: string
  /** The host used last; if it is in memory, this reference keeps it alive. */
  #shared: SharedHost | null = null

  constructor(settings: Settings, registry: Registry, sharing: Sharing) {
    this.#settings = settings
    this.#registry = registry
    this.#sharing = sharing
    // Whatever the kind: a directory has one host, and `worker` is among the options that all its factories must share.
    this.#place = settings.directory.identity
    const known = this.#known()
    const conflict = known && !known.closing ? conflictOf(known, settings) : null
    if (conflict !== null) throw conflictError(conflict, settings.path)
  }

  enter(ask: (host: Host) => void, failed: (reason: Failure) => void): void {
    const known = this.#known()
    if (known?.closing) return append(known.waiting, () => this.enter(ask, failed))
    // One that was entered before had the same settings, or none that differ.
    const conflict = known && known !== this.#shared ? conflictOf(known, this.#settings) : null
    if (conflict !== null)
      return failed(
        failure('UnknownError', conflict, {
          code: 'ERR_IDB_OPTIONS_CONFLICT',
          path: this.#settings.path,
        }),
      )
    try {
      this.#shared = known ?? this.#make()
    } catch (error) {
      return failed(failureOf(error, { path: this.#settings.path }))
    }
    this.hold()
    ask(this.#shared.host)
  }

  hold(): void {
    if (!this.#shared) throw new Error('unreachable: a host is held that was not asked')
    this.#shared.holdCount++
  }

  letGo(): void {
    if (!this.#shared) throw new Error('unreachable: a host is let go that was not asked')
    this.#shared.holdCount--
  }

  async release(): Promise<void> {
    const known = this.#known()
    if (!known) return
    if (known.holdCount === 0) known.closing ??= this.#close(known)
    await known.closing
  }

  async #close(shared: SharedHost): Promise<void> {
    try {
      await shared.host.close()
      this.#registry.delete(this.#place)
      keptByVfs.get(shared.settings.vfs)?.delete(shared)
    } finally {
      // A host that could not be closed stays: it still owns the directory.
      shared.closing = null
      for (const goOn of shared.waiting.splice(0)) goOn()
    }
  }

  #known(): SharedHost | undefined {
    return this.#registry.get(this.#place)?.deref()
  }

  #make(): SharedHost {
    const settings = this.#settings
    const { host, giveBack } = this.#sharing.make(settings)
    const made: SharedHost = { host, settings, holdCount: 0, closing: null, waiting: [] }
    const { vfs } = settings
    if (!vfs.isPersistent) {
      keep(made, { giveBack, registry: this.#registry, place: this.#place })
    }
    this.#registry.set(this.#place, vfs.isPersistent ? { deref: () => made } : new WeakRef(made))
    return made
  }
}

function keep(shared: SharedHost, leftover: Leftover): void {
  const { vfs } = shared.settings
  const kept = keptByVfs.get(vfs) ?? new Set()
  keptByVfs.set(vfs, kept.add(shared))
  unreachable.register(shared, leftover)
}

/** What keeps a factory with `settings` from sharing a host, in words; null: nothing. */
function conflictOf(known: SharedHost, settings: Settings): string | null {
  const differing = differences(known.settings, settings)
  if (differing.length === 0) return null
  const options = differing.join(', ')
  const use = usersOf(known)
  return `The storage directory "${settings.path}" is in use in this thread, by ${use}, with other options (${options}); give all factories on it the same options, or close() the others first`
}

function usersOf({ holdCount }: SharedHost): string {
  if (holdCount === 0) return 'a factory that was not closed'
  return holdCount === 1 ? '1 connection or request' : `${holdCount} connections or requests`
}

function registryOf({ shared }: WorkerPlatform): Registry {
  const holder = shared as { [registrySymbol]?: Registry } // The symbol is ours alone.
  if (!holder[registrySymbol]) {
    Object.defineProperty(holder, registrySymbol, bareCopy({ value: new Map() }))
  }
  return holder[registrySymbol] as Registry // Just defined if it was not.
}
