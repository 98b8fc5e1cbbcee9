/** Asks for the status of a directory of the origin private file system: `#status` of browsers. */
import { opfs } from '../../../vfs/opfs.ts'
import type { QueueingDirectory } from '../../../vfs/opfs/queueing-directory.ts'
import { thisRelease } from '../../hosting/this-release.ts'
import { inquire } from '../../membership/browser/inquiry.ts'
import { meetingPointOf } from '../../membership/browser/meeting-point.ts'
import { askerHello, type DirectoryStatus } from '../../membership/directory-status.ts'
import { defaultPath } from '../../options/default-path.ts'

/** `silenceMs`: how long the owner may take to answer. */
export function statusOf(path: string | undefined, silenceMs: number): Promise<DirectoryStatus> {
  const directory = opfs().directory(path ?? defaultPath(() => undefined)) as QueueingDirectory // As that VFS makes them.
  return inquire(meetingPointOf(directory.path), askerHello(thisRelease, null), silenceMs)
}
