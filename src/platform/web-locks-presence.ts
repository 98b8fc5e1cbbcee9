/** Presence by Web Locks: each thread holds a lock of its own while it lives, and who wants to know waits for it. */
import type { Presence } from '../port/presence.ts'

const lockName = (name: string): string => `idb-everywhere thread ${name}`

/** null where there are no Web Locks: in a context that is not secure. */
export const webLocksPresence: Presence | null = globalThis.navigator?.locks
  ? { show, watch }
  : null

/** This thread's name, once its lock is held; null: nobody has asked yet. */
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
    // Nobody wants to know any more, or locks are forbidden.
    () => {},
  )
  return () => ending.abort()
}

/** False: it is not in sight, as a thread of another origin or partition, and nobody can tell when it ends. */
async function waitFor(lock: string, signal: AbortSignal): Promise<boolean> {
  const { held = [] } = await navigator.locks.query()
  if (!held.some(({ name }) => name === lock)) return false
  await navigator.locks.request(lock, { mode: 'shared', signal }, () => {})
  return true
}
