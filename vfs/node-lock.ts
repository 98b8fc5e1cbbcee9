import { join } from 'node:path'
import { DirectoryLockedError } from '../src/sqlite/vfs.ts'
import type { Owner } from '../src/sqlite/vfs.ts'
import { openKernelLock } from './kernel-lock.ts'
import type { KernelLock } from './kernel-lock.ts'
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
 * Whoever has an SQLite takes the first and then the second, so that each kind respects the other.
 */
export interface DirectoryLock {
  release(): void
}

/** Whether a file of that name in a storage directory serves its ownership. */
export function isLockFile(name: string): boolean {
  return name.startsWith('owner.') || name.startsWith('.lock.sqlite')
}

/** Captured at load: fake timers of a test framework must not freeze a wait. */
const { setTimeout } = globalThis

/** The pause between two attempts; it grows, since most owners that go at all go soon. */
const shortestPauseMs = 25
const longestPauseMs = 100

/**
 * How long to try for a directory that is taken but names no living owner: somebody is just taking it and will soon have
 * written their name, which on a busy machine takes its time.
 */
const graceMs = 2000

/**
 * Takes the directory at `path`, which exists.
 * @throws DirectoryLockedError when somebody else still owns it after `waitMs`
 */
export async function lockDirectory(path: string, waitMs: number): Promise<DirectoryLock> {
  const start = performance.now()
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const lock = await tryLock(path)
    if (lock !== null) return lock
    const { owner, isAlive } = currentOwner(path)
    const limitMs = isAlive ? waitMs : Math.max(waitMs, graceMs)
    const leftMs = start + limitMs - performance.now()
    if (leftMs <= 0) throw lockedError(path, owner)
    // The jitter parts those who would otherwise meet at every attempt.
    await pause(Math.min(pauseMs * (0.5 + Math.random()), leftMs))
  }
}

async function tryLock(path: string): Promise<DirectoryLock | null> {
  try {
    const kernelLock = await openKernelLock(join(path, '.lock.sqlite'))
    return kernelLock === 'taken' ? null : claimUnder(kernelLock, path)
  } catch (error) {
    throw directoryError(path, error)
  }
}

/** `kernelLock` is null where the runtime has no SQLite. */
function claimUnder(kernelLock: KernelLock | null, path: string): DirectoryLock | null {
  let claim: HeldClaim | null = null
  try {
    claim = claimDirectory(path, { holdsKernelLock: kernelLock !== null })
  } finally {
    if (claim === null) kernelLock?.release()
  }
  return claim === null ? null : hold(claim, kernelLock)
}

/** The locks this thread holds: one that is garbage-collected would be lost without a word. */
const heldLocks = new Set<DirectoryLock>()

function hold(claim: HeldClaim, kernelLock: KernelLock | null): DirectoryLock {
  const lock: DirectoryLock = {
    release() {
      if (!heldLocks.delete(lock)) return
      try {
        claim.release()
      } finally {
        kernelLock?.release()
      }
    },
  }
  heldLocks.add(lock)
  return lock
}

function lockedError(path: string, owner: Owner | null): DirectoryLockedError {
  const holder =
    owner === null
      ? 'somebody who left no readable word about themselves'
      : `process ${owner.pid}, thread ${owner.thread}, on host "${owner.host}" since ${owner.since}`
  const advice =
    'close it there, choose another directory, or wait for it; ' +
    'if that process is certain not to run any more, delete owner.json in the directory'
  return new DirectoryLockedError(`Directory "${path}" is owned by ${holder}; ${advice}`, owner)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
