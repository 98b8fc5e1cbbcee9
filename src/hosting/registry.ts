/**
 * The hosts of this thread, one for each storage directory in use. Factories on the same directory share one, whichever
 * copy of this module or realm they come from: the registry lies on an object all of them have. All that is known of a host
 * besides stands here, in its entry, and nowhere else: who holds it, whether it is closing, who waits for that.
 *
 * A host in memory lives as long as it can be reached: through a factory that has used it, a connection or the VFS object.
 * Then it goes with all its databases, connections left open included, so that a test may drop a factory without closing it.
 */
import { append, bareCopy } from '../base/own-property.ts'
import { conflictError, type Failure, failure, failureOf } from '../errors.ts'
import type { HostSource } from './host-user.ts'
import type { ClosableHost, Host } from '../protocol/protocol.ts'
import { type Settings, differences } from '../options/options.ts'
import type { Platform } from './platform.ts'
import type { Vfs } from '../files/vfs.ts'

/** The version is that of `SharedHost`, of `Host`, and of what it puts into files: copies that differ do not share. */
const registrySymbol = Symbol.for('idb-everywhere.hosts.3')

/** A host, and what its users share. */
interface SharedHost {
  readonly host: ClosableHost
  readonly settings: Settings
  /** How many things its users have under way or open. */
  holdCount: number
  /** null: not being closed. */
  closing: Promise<void> | null
  /** Called, in order, when it is closed, or could not be. */
  readonly waiting: (() => void)[]
}

/** Its place → a host; `deref()` gives undefined when that was in memory and cannot be reached any more. */
type Registry = Map<string, { deref(): SharedHost | undefined }>

/** The hosts in memory that a VFS object keeps: whoever has the object finds the databases again. */
const keptByVfs = new WeakMap<Vfs, Set<SharedHost>>()

/** Gives back what the engine holds of directories that cannot be reached any more. */
const unreachable = new FinalizationRegistry<Leftover>(({ giveBack, registry, place }) => {
  if (registry.get(place)?.deref() === undefined) registry.delete(place)
  giveBack()
})

interface Leftover {
  readonly giveBack: () => void
  readonly registry: Registry
  readonly place: string
}

/** A host that was made. */
export interface MadeHost {
  readonly host: ClosableHost
  /** Gives back what it holds when it cannot be reached any more; must not reach it itself. */
  readonly giveBack: () => void
}

/** How hosts of one kind are shared. */
export interface Sharing {
  /** Hosts of different kinds on one directory know nothing of each other. */
  readonly kind: 'in thread' | 'in worker'
  /** Makes the host of the directory in the settings; it touches the directory when first asked for something. */
  make(settings: Settings): MadeHost
}

/**
 * A factory's way to the host of its directory, which is made when it is first asked.
 *
 * @throws TypeError when the directory is in use with other settings.
 */
export function sharedHost(settings: Settings, platform: Platform, sharing: Sharing): HostSource {
  return new SharedHostSource(settings, registryOf(platform), sharing)
}

class SharedHostSource implements HostSource {
  readonly #settings: Settings
  readonly #registry: Registry
  readonly #sharing: Sharing
  readonly #place: string
  /** The one last used: this keeps it, if it is in memory. */
  #shared: SharedHost | null = null

  constructor(settings: Settings, registry: Registry, sharing: Sharing) {
    this.#settings = settings
    this.#registry = registry
    this.#sharing = sharing
    this.#place = `${sharing.kind}: ${settings.directory.identity}`
    const known = this.#known()
    const conflict = known && !known.closing ? conflictOf(known, settings) : null
    if (conflict !== null) throw conflictError(conflict, settings.path)
  }

  enter(ask: (host: Host) => void, failed: (reason: Failure) => void): void {
    const known = this.#known()
    if (known?.closing) return append(known.waiting, () => this.enter(ask, failed))
    const conflict = known ? conflictOf(known, this.#settings) : null
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
      // One that could not be closed stays: the directory is still its own.
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
  const use =
    known.holdCount > 0
      ? `${known.holdCount} connections or requests`
      : 'a factory that was not closed'
  return `The storage directory "${settings.path}" is in use in this thread, by ${use}, with other options (${options}); give all factories on it the same options, or close() the others first`
}

function registryOf({ shared }: Platform): Registry {
  const holder = shared as { [registrySymbol]?: Registry } // The symbol is ours alone.
  if (!holder[registrySymbol]) {
    Object.defineProperty(holder, registrySymbol, bareCopy({ value: new Map() }))
  }
  return holder[registrySymbol] as Registry // Just defined if it was not.
}
