/**
 * The hosts of this thread, one for each open storage directory. Factories on the same directory share one, whichever
 * copy of this module or realm they come from: the registry lies on an object all of them have.
 */
import { createHost } from './host/host.ts'
import type { Host } from './host/protocol.ts'
import type { Settings } from './options.ts'
import type { Platform } from './platform.ts'
import { openStorageDirectory } from './sqlite/directory.ts'
import type { Engine } from './sqlite/engine.ts'

/** The version is that of `Host` and of what it puts into files: copies that differ do not share. */
const registrySymbol = Symbol.for('idb-everywhere.hosts.1')

interface SharedHost {
  readonly host: Host
  readonly settings: Settings
}

/** Directory identity → its host. */
type Registry = Map<string, SharedHost>

/**
 * The host of the directory in `settings`, as long as it is open; after `close()` the next use opens it anew.
 *
 * @throws TypeError when the directory is open with other settings.
 */
export function sharedHost(
  settings: Settings,
  platform: Platform,
  getEngine: () => Promise<Engine>,
): Host {
  const registry = registryOf(platform)
  const { vfs, path } = settings
  const { identity } = vfs.directory(path)
  const current = (): Host => {
    const known = registry.get(identity)
    if (known) return sameSettings(known, settings, path).host
    const { durability, waitMs } = settings
    const storage = openStorageDirectory({ vfs, path, waitMs, getEngine })
    const host = createHost({ storage, durability })
    registry.set(identity, { host, settings })
    return host
  }
  current()
  return {
    databases: (receiver) => current().databases(receiver),
    open: (name, version, listener) => current().open(name, version, listener),
    delete: (name, listener) => current().delete(name, listener),
    async close() {
      const known = registry.get(identity)
      if (!known) return
      await known.host.close()
      if (registry.get(identity) === known) registry.delete(identity)
    },
  }
}

function sameSettings(known: SharedHost, settings: Settings, path: string): SharedHost {
  const { durability, waitMs } = known.settings
  if (durability === settings.durability && waitMs === settings.waitMs) return known
  throw new TypeError(
    `The storage directory "${path}" is already open in this thread with other options (durability "${durability}", waitMs ${waitMs}): give both factories the same`,
  )
}

function registryOf({ shared }: Platform): Registry {
  const holder = shared as { [registrySymbol]?: Registry } // The symbol is ours alone.
  if (!holder[registrySymbol]) {
    Object.defineProperty(holder, registrySymbol, { value: new Map() })
  }
  return holder[registrySymbol] as Registry // Just defined if it was not.
}
