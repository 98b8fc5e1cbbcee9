/** Web Locks as promises: https://w3c.github.io/web-locks/ */

/** The locks that this thread sees, where they are no longer those that its global object has. */
let seenNow: LockManager | null = null

const locks = (): LockManager => seenNow ?? navigator.locks

/**
 * Has this page see a lock that it does not see, if it can; gives whether it does. In Chromium a page that was open when site data was
 * cleared sees no locks of threads that have begun since, nor they its own. A frame that looks for the first time does, and what
 * this page asks for from then on it asks for there.
 */
async function lookAfresh(lock: string): Promise<boolean> {
  if (typeof document !== 'object') return false
  const frame = document.createElement('iframe')
  frame.hidden = true
  document.documentElement.append(frame)
  const afresh = frame.contentWindow?.navigator.locks
  const doesSee = afresh !== undefined && (await isHeldIn(afresh, lock))
  if (doesSee) seenNow = afresh
  else frame.remove()
  return doesSee
}

/** Frees a lock; may be called twice. */
export type Free = () => void

/** Takes the lock when its turn comes. @throws the signal's reason once that is aborted; SecurityError where locks are forbidden */
export function takeLock(
  name: string,
  { signal, mode = 'exclusive' }: { signal: AbortSignal; mode?: LockMode },
): Promise<Free> {
  return new Promise((resolve, reject) => {
    const whileHeld = () => new Promise<void>((free) => resolve(free))
    locks().request(name, { mode, signal }, whileHeld).catch(reject)
  })
}

/** Resolves when no one holds it; never once the signal is aborted. */
function freed(name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    locks()
      .request(name, { mode: 'shared', signal }, () => resolve())
      // The wait was given up.
      .catch(() => {})
  })
}

/** What the holder of the directory is, as far as its locks say. */
export type Holder = 'none' | 'sharing' | 'alone'

/** Looks who has the ownership. */
export async function holderOf(ownership: string, sharing: string): Promise<Holder> {
  const { held = [] } = await locks().query()
  const owner = held.find(({ name }) => name === ownership)
  if (!owner) return 'none'
  const shares = held.some((it) => it.name === sharing && it.clientId === owner.clientId)
  return shares ? 'sharing' : 'alone'
}

/** Whether anyone holds it. */
export function isHeld(lock: string): Promise<boolean> {
  return isHeldIn(locks(), lock)
}

async function isHeldIn(manager: LockManager, lock: string): Promise<boolean> {
  const { held = [] } = await manager.query()
  return held.some(({ name }) => name === lock)
}

const lockNameOf = (id: string): string => `idb-everywhere life ${id}`

/** A lock that says that something lives, by an id under which others can wait for its end. */
export interface Life {
  readonly id: string
  readonly end: Free
}

/** Resolves once it can be waited for. */
export async function beginLife(): Promise<Life> {
  const id = crypto.randomUUID()
  const end = await takeLock(lockNameOf(id), { signal: new AbortController().signal })
  return { id, end }
}

/** Whether the life is seen from here: it has begun, and has not ended. */
export function isAlive(id: string): Promise<boolean> {
  return isHeld(lockNameOf(id))
}

/** Has this page see a life that it does not see, and those of its time; gives whether it does now: it may have ended. */
export function seeLife(id: string): Promise<boolean> {
  return lookAfresh(lockNameOf(id))
}

/** Resolves when that life has ended. */
export function lifeEnded(id: string, signal: AbortSignal): Promise<void> {
  return freed(lockNameOf(id), signal)
}
