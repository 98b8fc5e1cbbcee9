import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { VfsError } from '../src/sqlite/vfs.ts'
import { closesWithThread, readClaim, socketName, writeClaim } from './claim-file.ts'
import type { Claim, FoundClaim, WrittenClaim } from './claim-file.ts'
import { claimLiveness } from './claim-liveness.ts'
import { dateOf, timeOfDay } from './clock.ts'
import { ownerText } from './locked-message.ts'
import { openOwnerSocket } from './owner-socket.ts'
import type { OwnerSocket } from './owner-socket.ts'
import { foreignFile, lstatOrNull } from './plain-file.ts'
import { isInContainer, thisProcess } from './process-identity.ts'
import type { Liveness } from './process-identity.ts'

/**
 * The claim to a directory by file names alone: `owner.json` names the owner. It is made by link(2), which fails when
 * there is one. A dead owner is succeeded so that exactly one of many wins, with no moment at which a living owner's
 * claim could be removed by mistake:
 *
 * 1. Every claim has an id of its own, which never comes back.
 * 2. Who wants to succeed claim X creates `owner.X.next`, with their own claim in it, by link(2): one can.
 * 3. They look once more whether `owner.json` is X. If it is, only the maker of `owner.X.next` may replace it:
 *    they rename their claim to `owner.json`. If it is not, they were late and remove `owner.X.next`.
 * 4. If they die between 2 and 3, their own claim is the one to succeed: `owner.Y.next`, and so on.
 *
 * Whether the owner lives stands at `claimLiveness`. Where that cannot be told, a claim made under the kernel lock is dead
 * for the process that holds that lock now; any other lives. One that is known to live stands, whatever the lock says: a process
 * loses it to its own reading of the file.
 */
export interface HeldClaim {
  /** @throws VfsError ESTALE, from then on, when `owner.json` is not this claim any more */
  verify(): void
  /** When it throws, the claim stands. */
  release(): void
}

/** Claims the directory at `path`; null when a living owner has it. */
export async function claimDirectory(
  path: string,
  { holdsKernelLock }: { holdsKernelLock: boolean },
): Promise<HeldClaim | null> {
  const isAlive = async (found: FoundClaim): Promise<boolean> => {
    const liveness = await claimLiveness(path, found)
    if (liveness !== 'unknown') return liveness === 'alive'
    return !(holdsKernelLock && found.claim?.lock === 'kernel')
  }
  for (;;) {
    const first = readClaim(ownerFile(path))
    const last = first === null ? null : await lastSuccessor(path, first, isAlive)
    if (last !== null && (await isAlive(last))) return null
    const candidate = await makeCandidate(path, holdsKernelLock ? 'kernel' : 'claim')
    if (takeOver(path, { candidate, first, last })) return enter(path, candidate)
    candidate.release()
  }
}

/** Whom `owner.json` names, and whether they are alive; null when there is no such file. */
export async function currentOwner(
  path: string,
): Promise<{ owner: Claim | null; liveness: Liveness } | null> {
  const found = readClaim(ownerFile(path))
  return found && { owner: found.claim, liveness: await claimLiveness(path, found) }
}

function ownerFile(path: string): string {
  return join(path, 'owner.json')
}

function successorFile(path: string, id: string): string {
  return join(path, `owner.${id}.next`)
}

/** Follows the successors of dead claims to the last one. @throws VfsError that names a file which leads back */
async function lastSuccessor(
  path: string,
  first: FoundClaim,
  isAlive: (found: FoundClaim) => Promise<boolean>,
): Promise<FoundClaim> {
  const met = new Set<string>()
  for (let last = first; ;) {
    met.add(last.id)
    const file = successorFile(path, last.id)
    const next = (await isAlive(last)) ? null : readClaim(file)
    if (next === null) return last
    if (met.has(next.id)) throw foreignFile(file, 'it holds a claim that comes before it')
    last = next
  }
}

/** A claim of this thread that has no name others look for yet. */
interface Candidate {
  readonly id: string
  readonly file: string
  retract(): void
  release(): void
}

async function makeCandidate(path: string, lock: Claim['lock']): Promise<Candidate> {
  const id = randomUUID()
  const identity = thisProcess()
  const isSeenByPid = !isInContainer(identity) && (identity.thread === 0 || closesWithThread)
  const socket = isSeenByPid ? null : await openOwnerSocket(path, socketName(id))
  const since = dateOf(timeOfDay())
  try {
    const claim = { ...identity, since, id, lock, socket: socket?.name ?? null }
    return candidate(id, { ...writeClaim(path, claim), socket })
  } catch (error) {
    socket?.release()
    throw error
  }
}

function candidate(
  id: string,
  { file, retract, release, socket }: WrittenClaim & { socket: OwnerSocket | null },
): Candidate {
  return {
    id,
    file,
    retract,
    release() {
      release()
      socket?.release()
    },
  }
}

/** Gives a claim the name that counts, in the place of `first`, whose last successor is `last`; false: another was faster. */
function takeOver(
  path: string,
  {
    candidate,
    first,
    last,
  }: { candidate: Candidate; first: FoundClaim | null; last: FoundClaim | null },
): boolean {
  try {
    return first === null || last === null
      ? createAlias(candidate.file, ownerFile(path))
      : succeed(path, { candidate, first, last })
  } catch (error) {
    candidate.release()
    throw error
  } finally {
    fs.rmSync(candidate.file, { force: true })
  }
}

/** Replaces the dead claim `first`, whose last successor is `last`; false when another successor was faster. */
function succeed(
  path: string,
  { candidate, first, last }: { candidate: Candidate; first: FoundClaim; last: FoundClaim },
): boolean {
  const guard = successorFile(path, last.id)
  if (!createAlias(candidate.file, guard)) return false
  try {
    const isLate = readClaim(ownerFile(path))?.id !== first.id
    if (!isLate) fs.renameSync(candidate.file, ownerFile(path))
    return !isLate
  } finally {
    fs.rmSync(guard, { force: true })
  }
}

/** What a file system that has links answers when it has no room or no luck: a copy would meet the same, half-way. */
const fatal = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'ENOENT'])

/** Gives `file` a second name; false when that name exists. Where there are no links it becomes a copy. */
function createAlias(file: string, name: string): boolean {
  try {
    fs.linkSync(file, name)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (fatal.has(code)) throw error
  }
  try {
    fs.copyFileSync(file, name, fs.constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function enter(path: string, candidate: Candidate): HeldClaim {
  const claim = heldClaim(path, candidate)
  try {
    removeLeftovers(path, candidate.id)
    return claim
  } catch (error) {
    claim.release()
    throw error
  }
}

function heldClaim(path: string, { id, retract, release }: Candidate): HeldClaim {
  const file = ownerFile(path)
  let seen = lstatOrNull(file)
  let lost: VfsError | null = null

  /** What has become of the file if it is not this claim any more. It is read only if it has changed: that takes a descriptor. */
  function fate(): string | null {
    const now = lstatOrNull(file)
    if (now !== null && now.ino === seen?.ino && now.mtimeNs === seen.mtimeNs) return null
    const found = replacementOf(file, id)
    if (found === null) seen = now
    return found
  }

  return {
    verify() {
      if (lost) throw lost
      const found = fate()
      if (found === null) return
      lost = new VfsError(
        'ESTALE',
        `Directory "${path}" is no longer owned: its owner.json was ${found}; open the databases anew`,
      )
      throw lost
    },
    release() {
      // It may have been deleted by hand, and the directory taken by another owner; or the directory was moved, with the claim in it.
      if (fate() === null) fs.rmSync(file)
      else retract()
      release()
    },
  }
}

/** What has come in the place of the claim of that id; null where it is there. */
function replacementOf(file: string, id: string): string | null {
  try {
    const found = readClaim(file)
    if (found?.id === id) return null
    return found === null
      ? 'deleted while it was in use, and others may have used the directory since'
      : `replaced while it was in use, and ${ownerText(found.claim)} has it`
  } catch (error) {
    if (!(error instanceof VfsError)) throw error
    return `replaced while it was in use (${error.message})`
  }
}

/** Names left over by processes that died while they claimed are removed once they are this old. */
const leftoverMs = 60_000

/** What those leave who die while they claim, and the sockets of owners that were killed. */
function removeLeftovers(path: string, ownId: string): void {
  for (const name of fs.readdirSync(path)) {
    if (!/^owner\..+\.(?:new|next|sock)$/.test(name) || name.includes(ownId)) continue
    const file = join(path, name)
    const stat = fs.lstatSync(file, { throwIfNoEntry: false })
    if (stat && isLeftover(stat)) fs.rmSync(file, { force: true })
  }
}

function isLeftover(stat: fs.Stats): boolean {
  return (stat.isFile() || stat.isSocket()) && timeOfDay() - stat.mtimeMs > leftoverMs
}
