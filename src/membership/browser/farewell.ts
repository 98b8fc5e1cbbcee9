/**
 * What script commits while its page goes. The page's worker is the owner and goes with it, with all that it has not worked off. So what is
 * begun in the task in which the page is hidden or left is not sent at once: each transaction that is committed there is *noted* in the
 * origin's local storage, which is written before the task ends. If the page stays, the notes are withdrawn and all is sent a moment
 * later. If it goes, the next owner executes them before it serves anyone: see `notes.ts`.
 */
import { queueIdleTimer } from '../../event-loop/turn.ts'
import { append } from '../../base/own-property.ts'
import { writeCall } from '../../port/codec.ts'
import type { Call, Detour, DetouredRealm, HostPort } from '../../port/messages.ts'
import { ParcelWriter } from '../../port/parcel.ts'
import { type NoteBox, noteOf } from './notes.ts'

/** How long it is held back in a page that was hidden: many that are hidden are left a moment later. */
const heldMs = 100

/** The calls of one transaction, in the order of their coming. */
interface Held {
  readonly id: number
  readonly connection: number
  readonly isWriting: boolean
  readonly writer: ParcelWriter
  /** Not null once nothing more of it comes; `key`: of its note, null where it has none. */
  parcel: (ReturnType<ParcelWriter['take']> & { readonly key: string | null }) | null
}

/** Holds back what a page commits as it goes. */
export class Farewell implements Detour {
  readonly #box: NoteBox
  readonly #ending = new AbortController()
  #isLeaving = false
  #stopWaiting = (): void => {}
  readonly #held: Held[] = []
  #port: HostPort | null = null

  /** Watches the page until `end()`. */
  constructor(box: NoteBox) {
    this.#box = box
    // Before script's own listeners.
    const options = { capture: true, signal: this.#ending.signal }
    addEventListener('pagehide', () => this.#begin(), options)
    addEventListener('pageshow', () => this.#stay(), options)
    const changed = (): void => (document.hidden ? this.#begin() : this.#stay())
    document.addEventListener('visibilitychange', changed, options)
  }

  end(): void {
    this.#ending.abort()
    this.#stay()
  }

  takes(call: Call, { port, placeOf }: DetouredRealm): boolean {
    if (!this.#isLeaving) return false
    this.#port = port
    if (call.type === 'createTransaction') {
      const { id, connection, mode } = call
      const isWriting = mode === 'readwrite'
      append(this.#held, { id, connection, isWriting, writer: new ParcelWriter(), parcel: null })
    }
    const held = this.#held.findLast((it) => it.id === call.id || it.connection === call.id)
    if (!held) return false
    // A close of its connection comes after it.
    if (held.parcel) return this.#add(call)
    writeCall(call, held.writer)
    const isCommit = call.type === 'commit' || call.type === 'offerCommit'
    if (isCommit) this.#close(held, held.isWriting ? placeOf(held.connection) : null)
    return true
  }

  #add(call: Call): boolean {
    const writer = new ParcelWriter()
    writeCall(call, writer)
    const id = -1
    append(this.#held, { id, connection: id, isWriting: false, writer, parcel: null })
    return true
  }

  #close(held: Held, place: { readonly name: string; readonly version: number } | null): void {
    const taken = held.writer.take()
    const key = place && this.#box.add(noteOf(place, taken.parcel))
    held.parcel = { ...taken, key }
  }

  #begin(): void {
    this.#isLeaving = true
    this.#stopWaiting()
    this.#stopWaiting = queueIdleTimer(() => this.#stay(), heldMs)
  }

  #stay(): void {
    this.#isLeaving = false
    this.#stopWaiting()
    for (const held of this.#held.splice(0)) {
      const { parcel, transfer, key } = held.parcel ?? { ...held.writer.take(), key: null }
      if (key !== null) this.#box.remove(key)
      this.#port?.postMessage(parcel, transfer)
    }
  }
}
