/**
 * When a page is away: in the back/forward cache, or about to go there. It can serve no one then, and a Web Lock that it has, or waits for,
 * costs it its place: in Firefox when it is left, which is why it gives them up at `beforeunload`, in Chromium as soon as others wait.
 */
import { append } from '../../../base/own-property.ts'
import { queueIdleTimer } from '../../../event-loop/turn.ts'

/** How often a page that may be about to be left looks whether it needs the directory after all. */
const tickMs = 20
/** For how long it does, unless it is left: a download, say, is no departure. */
const longestDepartureMs = 10_000

/** Only Firefox has that. */
const isLeftWithLocks = 'mozInnerScreenX' in globalThis

export class Absence {
  /** Whether the page is away, or may be soon. */
  isAway = false
  /** Whether it has been left. */
  #hasLeft = false
  /** null: it is not watched. */
  #watching: AbortController | null = null
  #leaving = (): void => {}
  /** Called when it is back. */
  #back: (() => void)[] = []

  /** Watches the page, and calls `leaving` each time it goes away, or may be about to. Does nothing where it is watched already. */
  watch(leaving: () => void): void {
    if (this.#watching) return
    this.#return()
    this.#watching = new AbortController()
    const { signal } = this.#watching
    this.#leaving = leaving
    if (isLeftWithLocks) addEventListener('beforeunload', () => this.#depart(), { signal })
    const left = ({ persisted }: PageTransitionEvent): void => {
      this.#hasLeft = true
      if (persisted) this.#leave()
    }
    const shown = ({ persisted }: PageTransitionEvent): void => {
      if (persisted) this.#return()
    }
    addEventListener('pagehide', left, { signal })
    addEventListener('pageshow', shown, { signal })
  }

  /** Lets go of the page, until it is watched again. */
  stopWatching(): void {
    this.#watching?.abort()
    this.#watching = null
  }

  /** Resolves when the page is there, or has not been left and `isNeeded` says that it is needed. */
  async over(isNeeded: () => boolean): Promise<void> {
    while (this.isAway && (this.#hasLeft || !isNeeded())) await this.#moment()
    this.isAway = false
  }

  #depart(): void {
    this.#leave()
    queueIdleTimer(() => {
      if (!this.#hasLeft) this.#return()
    }, longestDepartureMs)
  }

  #leave(): void {
    if (this.isAway) return
    this.isAway = true
    this.#leaving()
  }

  #return(): void {
    this.#hasLeft = false
    this.isAway = false
    for (const back of this.#back.splice(0)) back()
  }

  #moment(): Promise<void> {
    return new Promise((resolve) => {
      append(this.#back, resolve)
      if (!this.#hasLeft) queueIdleTimer(resolve, tickMs)
    })
  }
}
