/**
 * The hosts of this thread, one for each open storage directory. Factories on the same directory share one, whichever
 * copy of this module or realm they come from: the registry lies on an object all of them have.
 *
 * A host in memory lives as long as somebody can reach it: through a factory, a connection or the VFS object. Then it
 * goes with all its databases, connections left open included, so that a test may drop a factory without closing it.
 */
import { exceptionOf, type Failure } from './errors.ts'
import { createHost } from './host/host.ts'
import type { Host } from './host/protocol.ts'
import { type Settings, canShareHost } from './options.ts'
import type { Platform } from './platform.ts'
import type { StorageDirectory } from './storage/storage.ts'
import { openStorageDirectory } from './sqlite/directory.ts'
import type { Vfs } from './sqlite/vfs.ts'
import type { ThreadEngine } from './thread-engine.ts'

/** The version is that of `Host` and of what it puts into files: copies that differ do not share. */
const registrySymbol = Symbol.for('idb-everywhere.hosts.1')

interface SharedHost {
  readonly host: Host
  readonly settings: Settings
}

/** Directory identity → its host; `deref()` gives undefined when that was in memory and nobody can reach it any more. */
type Registry = Map<string, { deref(): SharedHost | undefined }>

/** The hosts in memory that a VFS object keeps: whoever has the object finds the databases again. */
const keptByVfs = new WeakMap<Vfs, Set<SharedHost>>()

/** Gives back what the engine holds of directories that nobody can reach any more. */
const unreachable = new FinalizationRegistry<Leftover>(({ storage, registry, identity }) => {
  if (registry.get(identity)?.deref() === undefined) registry.delete(identity)
  void storage.close()
})

interface Leftover {
  readonly storage: StorageDirectory
  readonly registry: Registry
  readonly identity: string
}

/**
 * The host of the directory in `settings`, as long as it is open; after `close()` the next use opens it anew.
 *
 * @throws TypeError when the directory is open with other settings.
 */
export function sharedHost(
  settings: Settings,
  platform: Platform,
  engine: ThreadEngine,
): Host {
  const registry = registryOf(platform)
  const { vfs, path } = settings
  const { identity } = vfs.directory(path)
  const current = (): SharedHost => {
    const known = registry.get(identity)?.deref()
    if (known) return sameSettings(known, settings, path)
    const storage = openStorageDirectory({
      ...settings,
      getEngine: () => engine.acquire(),
      releaseEngine: () => engine.release(),
    })
    const { durability, onWarning } = settings
    const report = (failure: Failure): void => onWarning(exceptionOf(failure))
    const made = { host: createHost({ storage, durability, report }), settings }
    if (!vfs.isPersistent) keep(made, { storage, registry, identity })
    registry.set(identity, vfs.isPersistent ? { deref: () => made } : new WeakRef(made))
    return made
  }
  // Held here, so that the factory keeps it.
  let shared = current()
  const host = (): Host => {
    shared = current()
    return shared.host
  }
  return {
    databases: (receiver) => host().databases(receiver),
    open: (name, version, listener) => host().open(name, version, listener),
    delete: (name, listener) => host().delete(name, listener),
    async close() {
      const known = registry.get(identity)?.deref()
      if (!known) return
      await known.host.close()
      if (registry.get(identity)?.deref() !== known) return
      registry.delete(identity)
      keptByVfs.get(vfs)?.delete(known)
    },
  }
}

function keep(shared: SharedHost, leftover: Leftover): void {
  const { vfs } = shared.settings
  const kept = keptByVfs.get(vfs) ?? new Set()
  keptByVfs.set(vfs, kept.add(shared))
  unreachable.register(shared, leftover)
}

function sameSettings(known: SharedHost, settings: Settings, path: string): SharedHost {
  if (canShareHost(known.settings, settings)) return known
  const { durability, waitMs, onCorrupt, check, quota } = known.settings
  throw new TypeError(
    `The storage directory "${path}" is already open in this thread with other options (durability "${durability}", waitMs ${waitMs}, onCorrupt "${onCorrupt}", check "${check}", quota ${quota}): give both factories the same`,
  )
}

function registryOf({ shared }: Platform): Registry {
  const holder = shared as { [registrySymbol]?: Registry } // The symbol is ours alone.
  if (!holder[registrySymbol]) {
    Object.defineProperty(holder, registrySymbol, { value: new Map() })
  }
  return holder[registrySymbol] as Registry // Just defined if it was not.
}
