/** Presence by Web Locks: each thread holds a lock of its own while it lives; to learn that it has ended, others wait for the lock. */
import type { Presence } from '../port/presence.ts'

const lockName = (name: string): string => `idb-everywhere thread ${name}`

/** Null where there are no Web Locks: outside secure contexts. */
export const webLocksPresence: Presence | null = globalThis.navigator?.locks
  ? { show, watch }
  : null

/** This thread's name, once its lock is held; null until it is first asked for. */
let shownAs: Promise<string> | null = null
/** A lock is held as long as its promise is pending. */
const untilTheEnd = new Promise<void>(() => {})

function show(shown: (name: string) => void): void {
  shownAs ??= hold()
  // Where locks are forbidden, as in a frame of an opaque origin, there is nothing to show.
  shownAs.then(shown, () => {})
}

function hold(): Promise<string> {
  const name = crypto.randomUUID()
  return new Promise((resolve, reject) => {
    const whileHeld = (): Promise<void> => {
      resolve(name)
      return untilTheEnd
    }
    navigator.locks.request(lockName(name), whileHeld).catch(reject)
  })
}

function watch(name: string, gone: () => void): () => void {
  const ending = new AbortController()
  waitFor(lockName(name), ending.signal).then(
    (hasEnded) => {
      if (hasEnded) gone()
    },
    // The wait was given up, or locks are forbidden.
    () => {},
  )
  return () => ending.abort()
}

/** False: the thread is not visible from here, being of another origin or partition, and its end cannot be told. */
async function waitFor(lock: string, signal: AbortSignal): Promise<boolean> {
  const { held = [] } = await navigator.locks.query()
  if (!held.some(({ name }) => name === lock)) return false
  await navigator.locks.request(lock, { mode: 'shared', signal }, () => {})
  return true
}
