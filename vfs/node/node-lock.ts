import { join } from 'node:path'
import { DirectoryLockedError } from '../../src/files/vfs.ts'
import type { Survivors } from '../../src/files/vfs.ts'
import { now, pause } from '../clock.ts'
import { openKernelLock } from './kernel-lock.ts'
import type { KernelLock } from './kernel-lock.ts'
import { lockedMessage } from './locked-message.ts'
import type { Holder } from './locked-message.ts'
import type { Offer } from './meeting/entrance.ts'
import { directoryError } from './node-directory.ts'
import { claimDirectory, currentOwner } from './owner-claim.ts'
import type { HeldClaim } from './owner-claim.ts'

/**
 * The ownership of a storage directory. Two things say who has it:
 *
 * - `.lock.sqlite`, locked through the runtime's own SQLite (Node 22.13 and later, Deno, Bun). The kernel frees it when
 *   the process dies, and it excludes the processes and threads of all three from each other.
 * - `owner.json`, which names the owner. Among processes without an SQLite (Node 20) it alone decides; how, and what it
 *   cannot know, stands in `owner-claim.ts`.
 *
 * A runtime that has an SQLite takes the first and then the second, so that each kind respects the other. Neither alone gives the
 * directory away: it is `owner.json` that makes an owner, and the lock tells whether a claim that cannot be checked is dead.
 */
export interface DirectoryLock {
  /** Who may come from its last owner. */
  readonly survivors: Survivors
  /** @throws VfsError ESTALE, from then on, once the directory is not owned any more */
  verify(): void
  /** When it throws, the directory is still owned, and this may be called again. */
  release(): void
  /** Gives up an ownership that nothing was done under. Never throws. */
  abandon(): void
}

/** Whether a file of that name in a storage directory serves its ownership. */
export function isLockFile(name: string): boolean {
  return name.startsWith('owner.') || name.startsWith('.lock.sqlite')
}

/** The pause between two attempts; it grows, since most owners that go at all go soon. */
const shortestPauseMs = 25
const longestPauseMs = 100

/**
 * How long to try for a directory that is taken but names no living owner: another process is just taking it and will soon have
 * written its name, which on a busy machine takes its time.
 */
const graceMs = 2000

/** More than two looks of an owner after its files. Windows frees no lock whose owner lives. */
const renewalMs = process.platform === 'win32' ? 0 : 5_000

/** How a directory is taken. */
export interface LockOptions {
  readonly waitMs: number
  /** What its owner offers to others; null: nothing. */
  readonly offer: Offer | null
}

/**
 * Takes the directory at `path`, which exists.
 * @throws DirectoryLockedError when another process or thread still owns it after `waitMs`
 */
export async function lockDirectory(
  path: string,
  { waitMs, offer }: LockOptions,
): Promise<DirectoryLock> {
  const start = now()
  const suspicion = new Suspicion()
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const lock = await tryLock(path, { suspicion, offer })
    if (lock !== null) return lock
    if (await suspicion.pause()) continue
    const holder = await holderOf(path)
    const isTaking = holder === null || holder.liveness === 'dead' || holder.owner === null
    const limitMs = isTaking ? Math.max(waitMs, graceMs) : waitMs
    const leftMs = start + limitMs - now()
    if (leftMs <= 0) {
      const trial = { waitMs, wouldShare: offer !== null }
      throw new DirectoryLockedError(lockedMessage(path, holder, trial), holder?.owner ?? null)
    }
    // The jitter parts those who would otherwise meet at every attempt.
    await pause(Math.min(pauseMs * (0.5 + Math.random()), leftMs))
  }
}

/**
 * A claim that only the kernel's lock can tell of, and whose lock was free: its owner is dead, or has just lost the lock by
 * copying the directory. One that lives takes it again as it looks after its files, every two seconds and before each
 * commit, so the lock is left alone for longer than that; if it is free then, too, the owner is dead.
 */
class Suspicion {
  #id: string | null = null
  #sinceMs = 0

  readonly isForsaken = (id: string): boolean => {
    if (this.#id !== id) {
      this.#id = id
      this.#sinceMs = now()
    }
    return now() - this.#sinceMs >= renewalMs
  }

  /** Leaves the lock alone for as long as its owner may need to take it again; false where that is over, or none is suspected. */
  async pause(): Promise<boolean> {
    const leftMs = this.#sinceMs + renewalMs - now()
    if (this.#id === null || leftMs <= 0) return false
    await pause(leftMs)
    return true
  }
}

/** An attempt to take a directory. */
interface Attempt {
  readonly suspicion: Suspicion
  readonly offer: Offer | null
}

async function tryLock(path: string, attempt: Attempt): Promise<DirectoryLock | null> {
  try {
    const kernelLock = await openKernelLock(join(path, '.lock.sqlite'))
    return kernelLock === 'taken' ? null : await claimUnder(kernelLock, path, attempt)
  } catch (error) {
    throw directoryError(path, error)
  }
}

async function holderOf(path: string): Promise<Holder> {
  try {
    return await currentOwner(path)
  } catch (error) {
    throw directoryError(path, error)
  }
}

/** `kernelLock` is null where the runtime has no SQLite. */
async function claimUnder(
  kernelLock: KernelLock | null,
  path: string,
  { suspicion: { isForsaken }, offer }: Attempt,
): Promise<DirectoryLock | null> {
  let claim: HeldClaim | null = null
  try {
    claim = await claimDirectory(path, { holdsKernelLock: kernelLock !== null, isForsaken, offer })
  } finally {
    if (claim === null) kernelLock?.release()
  }
  return claim === null ? null : hold(claim, kernelLock)
}

/** The locks this thread holds: one that is garbage-collected would be lost without a word. */
const heldLocks = new Set<DirectoryLock>()

function hold(claim: HeldClaim, kernelLock: KernelLock | null): DirectoryLock {
  const lock: DirectoryLock = {
    survivors: claim.survivors,
    verify() {
      claim.verify()
      kernelLock?.renew()
    },
    release() {
      if (!heldLocks.has(lock)) return
      claim.release()
      kernelLock?.release()
      heldLocks.delete(lock)
    },
    abandon() {
      claim.abandon()
      kernelLock?.release()
      heldLocks.delete(lock)
    },
  }
  heldLocks.add(lock)
  return lock
}
