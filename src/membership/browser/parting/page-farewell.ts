/**
 * What script commits while its page goes. Its owner may not get to see that: the page's own worker goes with it, and not every browser
 * delivers what a page sends as its last. So what is committed and not answered as the page is hidden or left, or soon after it was hidden, is
 * not only sent: it is *noted*, too, in the origin's local storage. The note is taken back when its transaction is over. What is left
 * of a page that has gone the owner executes, if the file does not have its mark: see `note-desk.ts`.
 */
import { append } from '../../../base/own-property.ts'
import { queueIdleTimer } from '../../../event-loop/turn.ts'
import type { Farewell, Parting } from '../../session/services.ts'
import type { NoteBox } from './note-box.ts'
import { noteOf } from './note.ts'

/** For how long in a page that was hidden: many that are hidden are left a moment later. */
const leavingMs = 100

export class PageFarewell implements Farewell {
  isLeaving = false
  readonly #box: NoteBox
  readonly #listeners: (() => void)[] = []
  /** Whether the page has gone. It may still hear that its owner has, which is no reason to take back a note. */
  #hasLeft = false
  /** null: it is not watched. */
  #watching: AbortController | null = null
  #stopWaiting = (): void => {}

  constructor(box: NoteBox) {
    this.#box = box
  }

  /** Watches the page. Does nothing where it is watched already. */
  watch(): void {
    if (this.#watching) return
    this.#return()
    this.#watching = new AbortController()
    // Before script's own listeners.
    const options = { capture: true, signal: this.#watching.signal }
    addEventListener('pagehide', () => this.#leave(), options)
    addEventListener('pageshow', () => this.#return(), options)
    const changed = (): void => (document.hidden ? this.#begin() : this.#stay())
    document.addEventListener('visibilitychange', changed, options)
  }

  /** Lets go of the page, until it is watched again. */
  stopWatching(): void {
    this.#watching?.abort()
    this.#watching = null
  }

  listen(leaving: () => void): void {
    append(this.#listeners, leaving)
  }

  keep(parting: Parting): ((isCommitted: boolean) => void) | null {
    const key = this.#box.add(noteOf(parting))
    if (key === null) return null
    return (isCommitted) => {
      if (isCommitted || !this.#hasLeft) this.#box.remove(key)
    }
  }

  #leave(): void {
    this.#hasLeft = true
    this.#begin()
  }

  #return(): void {
    this.#hasLeft = false
    this.#stay()
  }

  #begin(): void {
    this.#isSoonOver()
    if (this.isLeaving) return
    this.isLeaving = true
    for (const leaving of this.#listeners) leaving()
  }

  #isSoonOver(): void {
    this.#stopWaiting()
    this.#stopWaiting = queueIdleTimer(() => this.#stay(), leavingMs)
  }

  #stay(): void {
    this.isLeaving = false
    this.#stopWaiting()
  }
}
