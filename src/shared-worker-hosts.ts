/**
 * The hosts that this thread has in workers, one for each storage directory: factories on the same directory share the
 * worker, whichever copy of this module they come from.
 */
import type { Host } from './host/protocol.ts'
import { type Settings, canShareHost } from './options.ts'
import type { Platform } from './platform.ts'
import { hostInWorker } from './worker-host.ts'

/** The version is that of `Host`: copies that differ do not share. */
const registrySymbol = Symbol.for('idb-everywhere.worker-hosts.1')

interface SharedHost {
  readonly host: Host
  readonly settings: Settings
}

/** Directory identity → its host, until that is closed. */
type Registry = Map<string, SharedHost>

/** The host of the directory in `settings`. @throws TypeError when the directory is in use with other settings. */
export function sharedWorkerHost(settings: Settings, platform: Platform): Host {
  const registry = registryOf(platform)
  const { identity } = settings.vfs.directory(settings.path)
  const current = (): Host => {
    const known = registry.get(identity)
    if (known) return sameSettings(known, settings).host
    const host = hostInWorker(settings, platform)
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
      await known?.host.close()
      if (registry.get(identity) === known) registry.delete(identity)
    },
  }
}

function sameSettings(known: SharedHost, settings: Settings): SharedHost {
  const isSame =
    canShareHost(known.settings, settings) && isSameWorker(known.settings.worker, settings.worker)
  if (isSame) return known
  throw new TypeError(
    `The storage directory "${settings.path}" is already open in a worker of this thread with other options: give both factories the same`,
  )
}

function isSameWorker(one: Settings['worker'], other: Settings['worker']): boolean {
  return one instanceof URL && other instanceof URL ? one.href === other.href : one === other
}

function registryOf({ shared }: Platform): Registry {
  const holder = shared as { [registrySymbol]?: Registry } // The symbol is ours alone.
  if (!holder[registrySymbol]) {
    Object.defineProperty(holder, registrySymbol, { value: new Map() })
  }
  return holder[registrySymbol] as Registry // Just defined if it was not.
}
