import fs from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from '../../src/base/random-bytes.ts'
import { VfsError } from '../../src/files/vfs.ts'
import type { Survivors } from '../../src/files/vfs.ts'
import { closesWithThread, readClaim, socketName, writeClaim } from './claim-file.ts'
import type { Claim, FoundClaim, WrittenClaim } from './claim-file.ts'
import { claimLiveness } from './claim-liveness.ts'
import { dateOf, timeOfDay } from '../clock.ts'
import { ownerText } from './locked-message.ts'
import { removeFormer } from './meeting/elsewhere.ts'
import { forgetEnd, markAtEnd } from './meeting/ends.ts'
import type { Entrance, Offer } from './meeting/entrance.ts'
import { markedEntrance, takeSurvivors } from './meeting/guests.ts'
import { keptToItself } from './meeting/way-in.ts'
import { explained } from './node-file-error.ts'
import { openOwnerSocket } from './owner-socket.ts'
import { foreignFile, isForeign, lstatOrNull } from './plain-file.ts'
import { isInContainer, thisProcess } from './process-identity.ts'
import type { Liveness, ProcessIdentity } from './process-identity.ts'

/**
 * The claim to a directory by file names alone: `owner.json` names the owner. It is made by link(2), which fails when
 * there is one. A dead owner is succeeded so that exactly one of many wins, with no moment at which a living owner's
 * claim could be removed by mistake:
 *
 * 1. Every claim has an id of its own, which never comes back.
 * 2. A process that wants to succeed claim X creates `owner.X.next`, with its own claim in it, by link(2): only one can.
 * 3. It looks once more whether `owner.json` is X. If it is, only the maker of `owner.X.next` may replace it:
 *    it renames its claim to `owner.json`. If it is not, it was late and removes `owner.X.next`.
 * 4. If it dies between 2 and 3, its own claim is the one to succeed: `owner.Y.next`, and so on.
 *
 * Whether the owner lives stands at `claimLiveness`. Where that cannot be told, a claim made under the kernel lock is dead
 * for the process that holds that lock now; any other lives. One that is known to live stands, whatever the lock says: a process
 * loses it to its own reading of the file.
 */
export interface HeldClaim {
  /** Whether it succeeds an owner that has died and had guests. */
  readonly survivors: Survivors
  /** @throws VfsError ESTALE, from then on, when `owner.json` is not this claim any more */
  verify(): void
  /** When it throws, the claim stands, and this may be called again. */
  release(): void
  /** Gives up a claim that nothing was done under. What cannot be removed now is before the next claim of this thread. */
  abandon(): void
}

/** How a directory is claimed. */
export interface ClaimOptions {
  readonly holdsKernelLock: boolean
  /** Whether a claim is dead that was made under the kernel lock, of which nothing else can tell. */
  readonly isForsaken: (id: string) => boolean
  /** What the owner offers to others; null: nothing. */
  readonly offer: Offer | null
}

/** Claims the directory at `path`; null when a living owner has it. */
export async function claimDirectory(
  path: string,
  { holdsKernelLock, isForsaken, offer }: ClaimOptions,
): Promise<HeldClaim | null> {
  const isAlive = async (found: FoundClaim): Promise<boolean> => {
    const liveness = await claimLiveness(path, found)
    if (liveness !== 'unknown') return liveness === 'alive'
    return !(holdsKernelLock && found.claim?.lock === 'kernel' && isForsaken(found.id))
  }
  withdrawAll(path)
  for (;;) {
    const first = readClaim(ownerFile(path))
    const last = first === null ? null : await lastSuccessor(path, first, isAlive)
    if (last !== null && (await isAlive(last))) return null
    const candidate = await makeCandidate(path, holdsKernelLock ? 'kernel' : 'claim', offer)
    if (takeOver(path, { candidate, first, last })) return enter(path, candidate, first)
    candidate.release()
  }
}

/** The owner that `owner.json` names, and whether it is alive; null when there is no such file. */
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
  readonly wayIn: Entrance['wayIn']
  readonly file: string
  readonly stat: fs.BigIntStats
  retract(): void
  /** Never throws; what it lets go of tells nothing without a name that others look for. */
  release(): void
}

/** Others can come in before the claim has the name that counts: one who reads that name finds an answer. */
async function makeCandidate(
  path: string,
  lock: Claim['lock'],
  offer: Offer | null,
): Promise<Candidate> {
  const id = Buffer.from(randomBytes(16)).toString('hex')
  const identity = thisProcess()
  const entrance = await entranceFor(path, { id, identity, offer })
  const since = dateOf(timeOfDay())
  try {
    const { socket, wayIn } = entrance
    const claim = { ...identity, since, id, lock, socket: socket?.name ?? null, wayIn }
    return candidate(id, { ...writeClaim(path, claim), entrance })
  } catch (error) {
    entrance.release()
    throw error
  }
}

/** The way in to an owner; one that offers none has a socket only where its pid does not tell whether it lives. */
async function entranceFor(
  path: string,
  { id, identity, offer }: { id: string; identity: ProcessIdentity; offer: Offer | null },
): Promise<Entrance> {
  if (offer !== null) return markedEntrance(path, id, offer)
  const isSeenByPid = !isInContainer(identity) && (identity.thread === 0 || closesWithThread)
  const socket = isSeenByPid ? null : await openOwnerSocket(path, socketName(id))
  return { socket, wayIn: keptToItself, release: () => socket?.release() }
}

function candidate(
  id: string,
  { file, stat, retract, release, entrance }: WrittenClaim & { entrance: Entrance },
): Candidate {
  return {
    id,
    wayIn: entrance.wayIn,
    file,
    stat,
    retract,
    release() {
      release()
      entrance.release()
    },
  }
}

/** The claims that a candidate is to follow. */
interface Succession {
  readonly candidate: Candidate
  readonly first: FoundClaim | null
  readonly last: FoundClaim | null
}

/** Gives a claim the name that counts, in the place of `first`, whose last successor is `last`; false: another was faster. */
function takeOver(path: string, { candidate, first, last }: Succession): boolean {
  const guard = last === null ? null : successorFile(path, last.id)
  try {
    const hasWon =
      first === null || guard === null
        ? createAlias(candidate.file, ownerFile(path))
        : succeed(path, { candidate, first, guard })
    tidy(() => fs.rmSync(candidate.file, { force: true }))
    return hasWon
  } catch (error) {
    const names = guard === null ? [] : [guard]
    withdraw({ path, candidate, files: [candidate.file, ...names, ownerFile(path)] })
    throw error
  }
}

/** Replaces the dead claim `first` as the maker of `guard`; false when another successor was faster. */
function succeed(
  path: string,
  { candidate, first, guard }: { candidate: Candidate; first: FoundClaim; guard: string },
): boolean {
  if (!createAlias(candidate.file, guard)) return false
  const isLate = readClaim(ownerFile(path))?.id !== first.id
  if (!isLate) fs.renameSync(candidate.file, ownerFile(path))
  // It succeeds a claim that never comes back.
  tidy(() => fs.rmSync(guard, { force: true }))
  return !isLate
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

/** Removes names that say nothing any more. If that fails, the next to claim removes them. */
function tidy(remove: () => void): void {
  try {
    remove()
  } catch {
    // The claim is won already: if this threw, the directory would be owned, and its owner would not know.
  }
}

/** A claim that was given up, and the names it may have. */
interface WithdrawnClaim {
  readonly path: string
  readonly candidate: Candidate
  readonly files: readonly string[]
}

/** Claims of this thread that still have a name others look for: it could not be removed when they were given up. */
const withdrawn = new Set<WithdrawnClaim>()

/** Gives up a claim. Never throws: what has led here is told. */
function withdraw(claim: WithdrawnClaim): void {
  withdrawn.add(claim)
  try {
    withdrawAll(claim.path)
  } catch {
    // What keeps the names there is told before the next claim, if it still does.
  }
}

/** Removes what claims given up in the directory at `path` have left. */
function withdrawAll(path: string): void {
  for (const claim of withdrawn) {
    if (claim.path !== path) continue
    const { candidate, files } = claim
    for (const file of files) if (holdsClaim(file, candidate)) fs.rmSync(file, { force: true })
    // Not before: as long as it counts as alive no one else can have put a claim there since the look.
    candidate.release()
    withdrawn.delete(claim)
  }
}

/** Whether a file holds that claim; what is no claim at all does not. Only a copy is read, which takes a descriptor. */
function holdsClaim(file: string, { id, stat }: Candidate): boolean {
  try {
    if (isSameFile(lstatOrNull(file), stat)) return true
    return readClaim(file)?.id === id
  } catch (error) {
    if (isForeign(error)) return false
    throw error
  }
}

function isSameFile(one: fs.BigIntStats | null, other: fs.BigIntStats | null): boolean {
  return one !== null && one.ino === other?.ino && one.mtimeNs === other.mtimeNs
}

/** `former`: the claim that was succeeded; null: there was none. */
function enter(path: string, candidate: Candidate, former: FoundClaim | null): HeldClaim {
  const survivors = takeSurvivors(path, former?.id ?? null)
  if (former !== null) forgetEnd(path, former.id)
  tidy(() => removeLeftovers(path, candidate.id))
  tidy(() => removeFormer(path, candidate.wayIn))
  return { survivors, ...heldClaim(path, candidate) }
}

function heldClaim(path: string, candidate: Candidate): Omit<HeldClaim, 'survivors'> {
  const { id } = candidate
  const file = ownerFile(path)
  let seen: fs.BigIntStats | null = candidate.stat
  let lost: VfsError | null = null
  const unmark = markAtEnd(path, id)

  /** What has become of the file if it is not this claim any more. It is read only if it has changed: that takes a descriptor. */
  function fate(): string | null {
    const now = lstatOrNull(file)
    if (isSameFile(now, seen)) return null
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
        `Directory "${path}" is no longer owned: its owner.json was ${found}; open the databases again`,
      )
      throw lost
    },
    release() {
      // It may have been deleted by hand, and the directory taken by another owner; or the directory was moved, with the claim in it.
      if (fate() === null) explained(file, () => fs.rmSync(file, { force: true }))
      else explained(file, candidate.retract)
      unmark()
      candidate.release()
    },
    abandon() {
      unmark()
      withdraw({ path, candidate, files: [file] })
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
    if (!isForeign(error)) throw error
    return `replaced while it was in use (${error.message})`
  }
}

/** Names left over by processes that died while they claimed are removed once they are this old. */
const leftoverMs = 60_000

/** What processes leave that die while they claim, and the sockets of owners that were killed. */
function removeLeftovers(path: string, ownId: string): void {
  for (const name of fs.readdirSync(path)) {
    if (!/^owner\..+\.(?:new|next|sock|met|over)$/.test(name) || name.includes(ownId)) continue
    const file = join(path, name)
    const stat = fs.lstatSync(file, { throwIfNoEntry: false })
    if (stat && isLeftover(stat)) fs.rmSync(file, { force: true })
  }
}

function isLeftover(stat: fs.Stats): boolean {
  return (stat.isFile() || stat.isSocket()) && timeOfDay() - stat.mtimeMs > leftoverMs
}
