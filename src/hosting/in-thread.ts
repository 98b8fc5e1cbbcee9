/** Hosting in this thread, on one engine. */
import { exceptionOf, type Failure } from '../errors.ts'
import { createHost } from '../host/host.ts'
import type { Settings } from '../options/options.ts'
import { warningDataOf, warningOf } from '../options/warning.ts'
import type { ObservableHost } from '../protocol/protocol.ts'
import type { MadeHost, Sharing } from './registry.ts'
import { openStorageDirectory } from '../sqlite/directory.ts'
import type { ThreadEngine } from './thread-engine.ts'

/** How hosts in this thread are made. */
export function threadHosts(engine: ThreadEngine): Sharing {
  return { make: (settings) => hostInThread(settings, engine) }
}

/** A host on the directory of the settings. `recovery`: as in `HostOptions`. */
export function hostInThread(
  settings: Settings,
  engine: ThreadEngine,
  recovery: Promise<void> | null = null,
): MadeHost & { readonly host: ObservableHost } {
  const { vfs, directory, durability, onWarning, path, ifCorrupt } = settings
  engine.offer(settings.wasm)
  const { name, isPersistent } = vfs
  const storage = openStorageDirectory({
    path,
    waitMs: settings.waitMs,
    ifCorrupt,
    quotaBytes: settings.quotaBytes,
    integrityCheck: settings.integrityCheck,
    onWarning: (error, place) => onWarning(warningOf(warningDataOf(error, { path, ...place }))),
    vfs: { name, isPersistent, directory: () => directory },
    getEngine: () => engine.acquire(),
    releaseEngine: () => engine.release(),
  })
  const report = (failure: Failure): void => onWarning(exceptionOf(failure))
  const host = createHost({ storage, path, durability, report, recovery })
  return { host, giveBack: () => void storage.close() }
}
