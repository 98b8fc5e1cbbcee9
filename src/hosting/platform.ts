/** What the composition needs of the platform it runs on. */
import type { Failure } from '../errors.ts'
import type { Host, ObservableHost } from '../protocol/protocol.ts'
import type { HostPort } from '../port/messages.ts'
import type { Ownable } from '../membership/browser/ownable.ts'
import type { Peer } from '../membership/peer.ts'
import type { Served, ServeOptions } from '../port/server.ts'
import type { Presence } from '../port/presence.ts'
import type { Witness } from '../monitor/monitor.ts'
import type { PlatformDefaults, Settings } from '../options/options.ts'
import type { Survivors, Vfs } from '../files/vfs.ts'
import type { EngineSource, ThreadEngine } from './engine/thread-engine.ts'
import type { ScratchDirectory } from './file/scratch-directory.ts'
import type { Sharing } from './sharing.ts'
import type { StartedWorker, WorkerListener } from './worker-messages.ts'

/** What a worker needs that hosts for another thread. */
export interface WorkerPlatform extends PlatformDefaults, EngineSource {
  /** How threads show that they live; null where ports tell. */
  readonly presence: Presence | null
  /** Has this thread, a worker that another has started, wait for the directory and share it. `reachBroker`: by that other. */
  standHere(
    settings: Settings,
    hosting: ThreadHosting,
    reachBroker: () => Promise<MessagePort | null>,
  ): Ownable
  /** An object all realms of this thread share, so that a module loaded twice still has one registry. */
  readonly shared: object
}

/** One kind of runtime: Node and its kin, or pages and workers. */
export interface Platform extends WorkerPlatform {
  /** Who wants to know what goes on at every factory. */
  readonly witnesses: readonly Witness[]
  /** Why the VFS can keep nothing in this thread, as can be seen at once; null: it may be able to. */
  denialOf(vfs: Vfs): string | null
  /** Starts a worker that hosts, or takes one the user has started. @throws if it can be seen at once that it cannot be */
  startWorker(choice: Exclude<Settings['worker'], false>, listener: WorkerListener): StartedWorker
  /** Makes a directory for what is kept for a while. */
  scratch(): Promise<ScratchDirectory>
  /** Hosting in this thread, on an engine from there: this platform, or one made of it. */
  threads(source: EngineSource): Threads
  /** This thread's part in the directory of the settings, which others may own; null: nothing can be met there. */
  peerOf(settings: Settings, hosting: PeerHosting): Peer | null
}

/** Hosting in this thread. */
export interface Threads {
  /** For directories that are this thread's alone. */
  readonly hosts: Sharing
  /** For one that others may share. */
  hosting(settings: Settings): ThreadHosting
}

/** How a directory has a host in this thread. */
export interface ThreadHosting {
  /** null where it is not loaded yet. */
  readonly engine: ThreadEngine | null
  /** Loads what `inThread()` takes. */
  ready(): Promise<void>
  /** Loads the engine ahead. */
  prepare(): Promise<void>
  /**
   * A host in this thread, on the directory, which the peer has taken; closing it frees the directory. `lost`: called when that has
   * turned out to be this thread's no more, as it was moved away, say; perhaps more than once.
   */
  inThread(recovery: Promise<void> | null, lost?: () => void): ObservableHost
  /**
   * Locks the directory and loads the engine; gives whether others may be on their way from an owner that has died. `isLikely`: no
   * other seems to have the directory, so that both are done at the same time.
   *
   * @throws StorageError 'busy' where another has it
   */
  take(how: { isLikely: boolean }): Promise<{ readonly survivors: Survivors }>
  /** Serves the host to a client. */
  serve(
    host: Host,
    port: HostPort,
    told?: Pick<ServeOptions, 'client' | 'ends' | 'recovered' | 'tally' | 'left'>,
  ): Served
  /** Takes what answers no call. */
  report(failure: Failure): void
}

/** How a peer has its directory hosted. */
export interface PeerHosting extends ThreadHosting {
  /** Has a worker wait for the directory. `reachBroker`: gives a line to the broker. */
  inWorker(reachBroker: () => MessagePort | null): Ownable
}
