/** Hosting in this thread, on one engine. */
import { exceptionOf, type Failure } from '../errors.ts'
import { memberOf } from '../base/thrown.ts'
import { lockError } from '../files/ownership.ts'
import type { Survivors, VfsDirectory } from '../files/vfs.ts'
import { createHost } from '../host/host.ts'
import type { Settings } from '../options/options.ts'
import { warningDataOf, warningOf } from '../options/warning.ts'
import type { ObservableHost } from '../protocol/protocol.ts'
import { serve } from '../port/server.ts'
import type { ThreadHosting, Threads } from './platform.ts'
import type { MadeHost, Sharing } from './sharing.ts'
import { openStorageDirectory } from '../sqlite/directory.ts'
import { type EngineSource, ThreadEngine } from './engine/thread-engine.ts'

/** Hosting in this thread, on one engine from that source. */
export function threadsOf(source: EngineSource): Threads {
  const engine = new ThreadEngine(source)
  return {
    hosts: threadHosts(engine),
    hosting: (settings) => threadHosting(settings, engine),
  }
}

/** How hosts in this thread are made. */
function threadHosts(engine: ThreadEngine): Sharing {
  return { make: (settings) => hostInThread(settings, engine) }
}

/** A host on the directory of the settings. `recovery`: as in `HostOptions`. */
function hostInThread(
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
    cacheBytes: settings.cache,
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

/** For a directory that others may share. */
function threadHosting(settings: Settings, engine: ThreadEngine): ThreadHosting {
  engine.offer(settings.wasm)
  const report = (failure: Failure): void => settings.onWarning(exceptionOf(failure))
  return {
    engine,
    ready: async () => {},
    prepare: () => engine.prepare().catch(() => {}), // It is met again when it is needed.
    take: (how) => takeDirectory(settings.directory, engine, how),
    inThread(recovery, lost = () => {}) {
      const directory = alreadyLocked(settings.directory, lost)
      return hostInThread({ ...settings, directory }, engine, recovery).host
    },
    serve: (host, port, told) => serve(host, port, { report, presence: null, ...told }),
    report,
  }
}

/** Locks the directory and loads the engine: each takes a while. A client, which finds another there, needs no engine. */
async function takeDirectory(
  directory: VfsDirectory,
  engine: ThreadEngine,
  { isLikely }: { isLikely: boolean },
): Promise<{ readonly survivors: Survivors }> {
  const ahead = isLikely ? engine.prepare() : null
  const [, locked] = await Promise.allSettled([ahead, lockAtOnce(directory)])
  if (locked.status === 'rejected') throw lockError(locked.reason)
  const [loaded] = await Promise.allSettled([ahead ?? engine.prepare()])
  if (loaded.status === 'fulfilled') return { survivors: directory.survivors ?? null }
  // That it cannot be given back is a lesser trouble.
  await directory.close().catch(() => {})
  throw loaded.reason
}

/** Rejects also where the VFS throws. */
async function lockAtOnce(directory: VfsDirectory): Promise<void> {
  await directory.lock(0)
}

/** The directory, for an engine that would lock it. `lost`: called when a call says that it is not ours any more. */
function alreadyLocked(directory: VfsDirectory, lost: () => void): VfsDirectory {
  const note = (error: unknown): never => {
    if (memberOf(error, 'code') === 'ESTALE') lost()
    throw error
  }
  const watched = <Result>(call: () => Result): Result => {
    try {
      return call()
    } catch (error) {
      return note(error)
    }
  }
  return {
    identity: directory.identity,
    lock: async () => {},
    list: () => directory.list().catch(note),
    prepare: (names) => directory.prepare(names),
    open: (name, options) => watched(() => directory.open(name, options)),
    rename: (from, to) => directory.rename(from, to).catch(note),
    remove: (name) => directory.remove(name).catch(note),
    close: () => directory.close(),
    ...(directory.verify && { verify: () => watched(() => directory.verify?.()) }),
    ...(directory.verifyLater && { verifyLater: async () => directory.verifyLater?.() }),
    ...(directory.renew && { renew: async () => directory.renew?.() }),
  }
}
