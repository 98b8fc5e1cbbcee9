import fs from 'node:fs'
import { join } from 'node:path'
import type { Owner } from '../src/sqlite/vfs.ts'
import { isProcessAlive, isSameProcess, thisProcess } from './process-identity.ts'
import type { ProcessIdentity } from './process-identity.ts'

/**
 * The claim to a directory by file names alone: `owner.json` names the owner. It is made by link(2), which fails when
 * there is one. A dead owner is succeeded so that exactly one of many wins, with no moment at which a living owner's
 * claim could be removed by mistake:
 *
 * 1. Every claim has an id of its own, which never comes back.
 * 2. Whoever wants to succeed claim X creates `owner.X.next`, with their own claim in it, by link(2): one can.
 * 3. They look once more whether `owner.json` is X. If it is, nobody but the maker of `owner.X.next` may replace it:
 *    they rename their claim to `owner.json`. If it is not, they were late and remove `owner.X.next`.
 * 4. If they die between 2 and 3, their own claim is the one to succeed: `owner.Y.next`, and so on.
 *
 * A claim lives as long as its process; within one process (threads) as long as its descriptor, which the runtime closes
 * when the thread ends and which all threads see. (A worker made with `trackUnmanagedFds: false` keeps it to the end of
 * the process.) What a process cannot know of another stands at `isProcessAlive`: claims alone are weaker than a kernel
 * lock, above all between containers. A claim made under the kernel lock is dead for whoever holds that lock now.
 */
export interface Claim extends Owner, ProcessIdentity {
  readonly id: string
  /** What holds the ownership: the kernel lock, or this claim alone. */
  readonly lock: 'kernel' | 'claim'
  /** The descriptor that the owner keeps open, as a number within its process. */
  readonly descriptor: number
}

/** A claim of this thread. */
export interface HeldClaim {
  release(): void
}

/** Claims the directory at `path`; null when somebody alive has it. */
export function claimDirectory(
  path: string,
  { holdsKernelLock }: { holdsKernelLock: boolean },
): HeldClaim | null {
  const isAlive = (found: FoundClaim) =>
    !(holdsKernelLock && found.claim?.lock === 'kernel') && isClaimAlive(found)
  for (;;) {
    const first = readClaim(ownerFile(path))
    const last = first === null ? null : lastSuccessor(path, first, isAlive)
    if (last !== null && isAlive(last)) return null
    const candidate = writeCandidate(path, holdsKernelLock ? 'kernel' : 'claim')
    const isOwner =
      first === null || last === null
        ? createAlias(candidate.file, ownerFile(path))
        : succeed(path, { candidate, first, last })
    fs.rmSync(candidate.file, { force: true })
    if (isOwner) return heldClaim(path, candidate)
    fs.closeSync(candidate.descriptor)
  }
}

/** Whom `owner.json` names, and whether that is believed to be alive. */
export function currentOwner(path: string): { owner: Owner | null; isAlive: boolean } {
  const found = readClaim(ownerFile(path))
  return { owner: found?.claim ?? null, isAlive: found !== null && isClaimAlive(found) }
}

function ownerFile(path: string): string {
  return join(path, 'owner.json')
}

function successorFile(path: string, id: string): string {
  return join(path, `owner.${id}.next`)
}

/** A claim as found in a file; `claim` is null when the file is unreadable: half written, or spoilt by a power cut. */
interface FoundClaim {
  readonly id: string
  readonly claim: Claim | null
  readonly ageMs: number
}

function readClaim(file: string): FoundClaim | null {
  try {
    const { ino, mtimeMs } = fs.statSync(file)
    const claim = parseClaim(fs.readFileSync(file, 'utf8'))
    return { id: claim?.id ?? `${ino}-${mtimeMs}`, claim, ageMs: Date.now() - mtimeMs }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Its directory may have been replaced by a file since.
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}

function parseClaim(text: string): Claim | null {
  try {
    // Whoever writes the file writes a whole claim.
    return JSON.parse(text) as Claim
  } catch {
    return null
  }
}

/** How long a claim may be unreadable because it is still being written. */
const writingMs = 2000

function isClaimAlive({ claim, ageMs }: FoundClaim): boolean {
  // A file of the future is not just being written: the clock has been put back.
  if (claim === null) return Math.abs(ageMs) < writingMs
  if (!isSameProcess(claim, thisProcess())) return isProcessAlive(claim)
  return claim.lock === 'kernel' || isDescriptorOf(claim)
}

/** Whether the claim's descriptor, one of this process, is still open and has not become another file's. */
function isDescriptorOf({ descriptor, id }: Claim): boolean {
  try {
    if (!fs.fstatSync(descriptor).isFile()) return false
    const bytes = new Uint8Array(1024)
    const length = fs.readSync(descriptor, bytes, 0, bytes.length, 0)
    return parseClaim(new TextDecoder().decode(bytes.subarray(0, length)))?.id === id
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBADF') return false
    throw error
  }
}

/** Follows the successors of dead claims to the last one. */
function lastSuccessor(
  path: string,
  first: FoundClaim,
  isAlive: (found: FoundClaim) => boolean,
): FoundClaim {
  for (let last = first; ;) {
    const next = isAlive(last) ? null : readClaim(successorFile(path, last.id))
    if (next === null) return last
    last = next
  }
}

/** A claim of this thread that has no name others look for yet. */
interface Candidate {
  readonly id: string
  readonly file: string
  readonly descriptor: number
}

function writeCandidate(path: string, lock: Claim['lock']): Candidate {
  const id = crypto.randomUUID()
  const file = join(path, `owner.${id}.new`)
  const descriptor = fs.openSync(file, 'wx+')
  const since = new Date().toISOString()
  const claim: Claim = { ...thisProcess(), since, id, lock, descriptor }
  fs.writeSync(descriptor, `${JSON.stringify(claim, null, 2)}\n`)
  return { id, file, descriptor }
}

/** Replaces the dead claim `first`, whose last successor is `last`; false when another successor was faster. */
function succeed(
  path: string,
  { candidate, first, last }: { candidate: Candidate; first: FoundClaim; last: FoundClaim },
): boolean {
  const guard = successorFile(path, last.id)
  if (!createAlias(candidate.file, guard)) return false
  const isLate = readClaim(ownerFile(path))?.id !== first.id
  if (!isLate) fs.renameSync(candidate.file, ownerFile(path))
  fs.rmSync(guard, { force: true })
  return !isLate
}

/** Gives `file` a second name; false when that name exists. Where there are no links it becomes a copy. */
function createAlias(file: string, name: string): boolean {
  try {
    fs.linkSync(file, name)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
  }
  try {
    fs.copyFileSync(file, name, fs.constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Names left over by processes that died while they claimed are removed once they are this old. */
const leftoverMs = 60_000

function heldClaim(path: string, { id, descriptor }: Candidate): HeldClaim {
  removeLeftovers(path)
  return {
    release() {
      // Somebody may have deleted it by hand, and somebody else taken it.
      if (readClaim(ownerFile(path))?.id === id) fs.rmSync(ownerFile(path))
      fs.closeSync(descriptor)
    },
  }
}

function removeLeftovers(path: string): void {
  for (const name of fs.readdirSync(path)) {
    if (!/^owner\..+\.(?:new|next)$/.test(name)) continue
    const file = join(path, name)
    const stat = fs.statSync(file, { throwIfNoEntry: false })
    if (stat && Date.now() - stat.mtimeMs > leftoverMs) fs.rmSync(file, { force: true })
  }
}
