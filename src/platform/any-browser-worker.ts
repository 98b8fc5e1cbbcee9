/** What pages and the workers that host for them have in common: the origin private file system is the default. */
import { hasSyncAccess } from '../../vfs/opfs/opfs-access.ts'
import { opfs } from '../../vfs/opfs.ts'
import type { QueueingDirectory } from '../../vfs/opfs/queueing-directory.ts'
import { StorageError } from '../errors.ts'
import type { ThreadHosting, WorkerPlatform } from '../hosting/platform.ts'
import { thisRelease } from '../hosting/this-release.ts'
import { meetingPointOf } from '../membership/browser/meeting-point.ts'
import type { Ownable } from '../membership/browser/ownable.ts'
import { ThreadOwner } from '../membership/browser/thread-owner.ts'
import type { Settings } from '../options/options.ts'
import { webLocksPresence } from './web-locks-presence.ts'

/** With the engine that `loadWasm` gives. */
export function browserWorkerWith(loadWasm: () => Promise<WebAssembly.Module>): WorkerPlatform {
  return {
    defaultVfs: opfs,
    // Some kinds of worker can neither open files synchronously nor start a worker that can.
    needsWorker: ({ name }) => name === 'opfs' && !hasSyncAccess() && typeof Worker === 'function',
    loadWasm: () => loadWasm().catch(explainCompilation),
    presence: webLocksPresence,
    standHere: threadOwnerOf,
    environment: () => undefined,
    shared: globalThis,
  }
}

/** This thread, a dedicated worker, as one that waits for the directory. */
export function threadOwnerOf(
  settings: Settings,
  hosting: ThreadHosting,
  reachBroker: () => Promise<MessagePort | null>,
): Ownable {
  const directory = settings.directory as QueueingDirectory // As this VFS makes them.
  return new ThreadOwner({
    point: meetingPointOf(directory.path),
    take: async (signal) => {
      await hosting.ready()
      void hosting.prepare()
      await directory.lockInTurn(signal)
    },
    giveUp: () => directory.close(),
    abandon: () => directory.abandon(),
    makeHost: (recovery) => hosting.inThread(recovery),
    own: { ...thisRelease, title: null },
    serve: (host, port, told) => hosting.serve(host, port, told),
    report: (failure) => hosting.report(failure),
    reachBroker,
  })
}

/** @throws StorageError for what a policy forbids, otherwise the error itself */
function explainCompilation(error: unknown): never {
  if (!(error instanceof WebAssembly.CompileError)) throw error
  throw new StorageError(
    'io',
    "The engine could not be compiled: allow 'wasm-unsafe-eval' in the script-src of the page's Content-Security-Policy; " +
      'where nothing may be compiled at run time, pass wa-sqlite.wasm, compiled, as the option "wasm"',
    { code: 'ERR_IDB_ENGINE', cause: error },
  )
}
