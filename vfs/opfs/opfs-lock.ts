/** The ownership of an OPFS directory: a Web Lock, which the browser frees when the page or worker that has it goes. */
import { DirectoryLockedError } from '../../src/files/vfs.ts'
import { clearTimeout, setTimeout } from '../clock.ts'

/**
 * How long a lock is waited for in any case: on a reload the old page goes a moment after the new one has come, and nothing
 * tells one that is going from one that stays.
 */
const graceMs = 500

/** 2^31 - 1: a longer timer would fire at once; 24 days are as good as no limit. */
const longestTimerMs = 2_147_483_647

/**
 * Takes the lock of the directory at `path`; calling what it gives back frees it, and resolves when others can have it.
 * @throws DirectoryLockedError when another page or worker still has it after `waitMs`, or after a short while if that is longer
 */
export async function lockDirectory(path: string, waitMs: number): Promise<() => Promise<void>> {
  const patience = new AbortController()
  const limitMs = Math.max(waitMs, graceMs)
  const abort = (): void => patience.abort()
  // A busy thread learns late of a lock that it has already: the answer to a query comes after that news.
  const giveUp = (): void => void navigator.locks.query().then(abort, abort)
  const timer = limitMs < longestTimerMs ? setTimeout(giveUp, limitMs) : undefined
  try {
    return await requestLock(path, patience.signal)
  } catch (error) {
    if (!patience.signal.aborted) throw error
    throw new DirectoryLockedError(lockedMessage(path, waitMs), null)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The same when its turn comes, however long that takes.
 * @throws the signal's reason once that is aborted
 */
export function requestLock(path: string, signal: AbortSignal): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const hold = () =>
      new Promise<void>((free) => {
        resolve(() => {
          free()
          return released
        })
      })
    const released = navigator.locks
      .request(`idb-everywhere:${path}`, { mode: 'exclusive', signal }, hold)
      // When the browser answers, whatever it answers, it has received the request.
      .then(async () => void (await Promise.allSettled([navigator.locks.query()])))
    released.catch(reject)
  })
}

function lockedMessage(path: string, waitMs: number): string {
  const isWait = waitMs > 0
  const waited = isWait ? `, and still was after waiting ${Math.max(waitMs, graceMs)} ms` : ''
  const wait = isWait ? 'wait longer (waitMs)' : "wait for it (ifLocked: 'wait')"
  return (
    `Directory "${path}" of the origin private file system is owned by another tab or worker of this origin${waited}; ` +
    `close that tab, call close(factory) there, share it (that worker calls serve(port, factory), this thread takes { port }), ${wait}, or choose another directory (path)`
  )
}
