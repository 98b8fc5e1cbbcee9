/** Who has a directory, as anything that may read it can see: `idb-everywhere/status`. */
import { statusOf } from '#status'
import { aPath, checkArguments, optional } from './arguments/check-arguments.ts'
import type { DirectoryStatus } from './membership/directory-status.ts'

export type {
  DirectoryOwner,
  DirectoryStatus,
  SharingOwner,
  Survival,
} from './membership/directory-status.ts'
export type { ClientPresence, DatabaseLoad } from './protocol/load.ts'

/** How long an owner may take to answer. */
const silenceMs = 5_000

/**
 * Tells who has the directory at `path`, and who else is there. It takes part in nothing: no lock is taken that others wait for, no
 * file written, and the owner counts no client more. Left out, `path` is what `createIndexedDB()` takes; in pages and their workers it
 * is in the origin private file system.
 *
 * @throws TypeError when `path` is neither a non-empty string nor left out; VfsError when the directory cannot be read; UnknownError when the owner answers nonsense
 */
export async function status(path?: string): Promise<DirectoryStatus> {
  checkArguments('status()', { path: [path, optional(aPath)] })
  return statusOf(path, silenceMs)
}
