/** A page's watch over a worker that it has started: browsers do not say that a worker has ended. */
import { queueIdleTimer } from '../../event-loop/turn.ts'
import { isAlive, lifeEnded, seeLife } from './web-locks.ts'

/** After how long a worker that has said nothing is taken to have ended: its script may take a while to come. */
const mostSilentMs = 30_000

/** How long a worker that is cut off may take to free its locks. */
const lastMs = 1_000

/**
 * Calls `end` once a worker that was cut off has had the time to free its locks. Chromium freezes it with a page that it keeps for a
 * return, perhaps before it has: the locks would be held as long as the page is kept.
 */
export function afterLastWork(end: () => void): void {
  const page = typeof document === 'object' ? document : null
  const endOnce = (): void => {
    cancel()
    page?.removeEventListener('freeze', endOnce)
    end()
  }
  const cancel = queueIdleTimer(endOnce, lastMs)
  page?.addEventListener('freeze', endOnce)
}

/** Watches from its making on, until it is stopped. */
export class WorkerWatch {
  readonly #died: () => void
  readonly #stopping = new AbortController()
  readonly #stopWaiting: () => void

  /** `died` may be called when the worker has been ended on purpose, too. */
  constructor(died: () => void) {
    this.#died = died
    this.#stopWaiting = queueIdleTimer(died, mostSilentMs)
  }

  /** The worker has just said the id of the lock that it has until it ends. Where this page does not see that lock, it cannot watch. */
  lives(life: string): void {
    this.#stopWaiting()
    // Locks cannot be looked at from a page that is being left: Firefox says so by a rejection. Its worker goes with it.
    this.#watch(life).catch(() => {})
  }

  async #watch(life: string): Promise<void> {
    if (!(await isAlive(life)) && !(await seeLife(life))) return
    await lifeEnded(life, this.#stopping.signal)
    this.#died()
  }

  stop(): void {
    this.#stopWaiting()
    this.#stopping.abort()
  }
}
