/** How threads of a browser take part in a directory of the origin private file system. */
import { hasSyncAccess } from '../../vfs/opfs/opfs-access.ts'
import type { QueueingDirectory } from '../../vfs/opfs/queueing-directory.ts'
import { StorageError } from '../errors.ts'
import type { PeerHosting } from '../hosting/platform.ts'
import { thisRelease } from '../hosting/this-release.ts'
import { BrowserPeer, brokerOfOrigin } from '../membership/browser/browser-peer.ts'
import { meetingPointOf } from '../membership/browser/meeting-point.ts'
import type { Ownable } from '../membership/browser/ownable.ts'
import { Absence } from '../membership/browser/parting/absence.ts'
import { noteBoxAt } from '../membership/browser/parting/note-box.ts'
import { PageFarewell } from '../membership/browser/parting/page-farewell.ts'
import { PagePeer } from '../membership/browser/parting/page-peer.ts'
import type { Peer } from '../membership/peer.ts'
import type { Settings } from '../options/options.ts'
import { threadOwnerOf } from './any-browser-worker.ts'

/** A thread's part in the directory of the settings; null where others cannot be met. */
export function browserPeerOf(settings: Settings, hosting: PeerHosting): Peer | null {
  const canMeet = globalThis.navigator?.locks && typeof BroadcastChannel === 'function'
  if (settings.vfs.name !== 'opfs' || !canMeet) return null
  const { durability, quotaBytes = null } = settings
  const point = meetingPointOf((settings.directory as QueueingDirectory).path) // As that VFS makes them.
  // Pages alone have local storage.
  const box = noteBoxAt(point.path)
  const peer = new BrowserPeer({
    point,
    own: { ...thisRelease, durability, quotaBytes },
    notes: box,
    stand: standFor(settings, hosting),
    busy: () => new StorageError('busy', busyMessage(settings.path), { path: settings.path }),
    separated: () =>
      new StorageError('busy', separatedMessage(settings.path), { path: settings.path }),
    unowned: () => new StorageError('io', unownedMessage(settings.path), { path: settings.path }),
  })
  if (typeof document !== 'object') return peer
  const farewell = box && new PageFarewell(box)
  return new PagePeer({ peer, point, absence: new Absence(), box, farewell })
}

function standFor(settings: Settings, hosting: PeerHosting): (() => Ownable) | null {
  if (settings.worker !== false) {
    return () => hosting.inWorker(() => brokerOfOrigin()?.line() ?? null)
  }
  if (!hasSyncAccess()) return null
  // A worker can neither start shared workers nor have the page do it, whose script is the user's.
  return () => threadOwnerOf(settings, hosting, async () => null)
}

function busyMessage(path: string): string {
  return (
    `Directory "${path}" of the origin private file system is owned by another tab or worker of this origin that does not share it; ` +
    "close that tab, have it use this release of the package without ifLocked: 'throw' or 'wait', or choose another directory (path)"
  )
}

function separatedMessage(path: string): string {
  return (
    `Directory "${path}" of the origin private file system is owned by another tab or worker whose locks this one does not see, ` +
    'because site data was cleared while it was open; reload this page'
  )
}

function unownedMessage(path: string): string {
  return (
    `No tab or worker has directory "${path}" of the origin private file system open, and this kind of thread can neither open it itself nor ` +
    'start a worker that can; open it in a page or a dedicated worker first, or use memory() here'
  )
}
