/**
 * What script commits while its page goes. The page's worker is the owner and goes with it, with all that it has not worked off. So what is
 * begun in the task in which the page is hidden or left, or soon after it was hidden, is not only sent: each transaction that is
 * committed then is *noted*, too, in the origin's local storage, which is written before the task ends. Its commit carries a mark.
 * The note is removed when the transaction is over; what is left of a page that has gone, the next owner executes before it serves
 * anyone, if the file does not have the mark: see `notes.ts`.
 */
import { queueIdleTimer } from '../../event-loop/turn.ts'
import { writeCall } from '../../port/codec.ts'
import type { Call, CallingRealm, Witness } from '../../port/messages.ts'
import { ParcelWriter } from '../../port/parcel.ts'
import { CommitMarks } from '../session/commit-marks.ts'
import { type NoteBox, noteOf } from './notes.ts'

/** For how long in a page that was hidden: many that are hidden are left a moment later. */
const leavingMs = 100

type CommitCall = Extract<Call, { readonly type: 'commit' | 'offerCommit' }>

/** The calls of a transaction that may be noted. */
interface Recorded {
  readonly connection: number
  readonly writer: ParcelWriter
}

/** Notes what a page commits as it goes. */
export class Farewell implements Witness {
  readonly #box: NoteBox
  readonly #ending = new AbortController()
  /** A client of its own, since the page's session marks nothing at the page's worker; another one each time that all is over. */
  #client = ''
  #marks = new CommitMarks('')
  #isLeaving = false
  /** Whether the page has gone. It may still hear that its worker has ended, before it, which is no reason to remove a note. */
  #hasLeft = false
  #stopWaiting = (): void => {}
  /** Those that have not been committed, by their ids. */
  readonly #recorded = new Map<number, Recorded>()
  /** The keys of the notes of those that have been, and are not over. */
  readonly #noted = new Map<number, string>()

  /** Watches the page until `end()`. */
  constructor(box: NoteBox) {
    this.#box = box
    // Before script's own listeners.
    const options = { capture: true, signal: this.#ending.signal }
    addEventListener('pagehide', () => this.#leave(), options)
    addEventListener('pageshow', () => this.#return(), options)
    const changed = (): void => (document.hidden ? this.#begin() : this.#stay())
    document.addEventListener('visibilitychange', changed, options)
  }

  end(): void {
    this.#ending.abort()
    this.#stay()
  }

  sees(call: Call, realm: CallingRealm): Call {
    if (this.#isLeaving && call.type === 'createTransaction' && call.mode === 'readwrite') {
      const { id, connection } = call
      this.#recorded.set(id, { connection, writer: new ParcelWriter() })
    }
    // The commit that it offered was declined.
    if (this.#noted.size > 0 && call.type !== 'createTransaction') this.#withdraw(call.id, realm)
    const recorded = this.#recorded.size > 0 ? this.#recorded.get(call.id) : undefined
    if (!recorded) return call
    if (call.type === 'commit' || call.type === 'offerCommit') {
      return this.#note(call, recorded, realm)
    }
    writeCall(call, recorded.writer)
    return call
  }

  over(id: number, realm: CallingRealm): void {
    this.#recorded.delete(id)
    if (!this.#hasLeft) this.#withdraw(id, realm)
  }

  /** What script has done on the ground of an answer cannot be repeated without it. */
  #note(call: CommitCall, { connection, writer }: Recorded, realm: CallingRealm): CommitCall {
    this.#recorded.delete(call.id)
    const place = realm.placeOf(connection)
    if (!place || realm.hasAnswered(call.id)) return call
    if (this.#noted.size === 0) this.#beClient(crypto.randomUUID())
    const mark = this.#marks.take()
    const marked = { ...call, mark }
    writeCall(marked, writer)
    const key = this.#box.add(noteOf({ ...place, client: this.#client }, writer.take().parcel))
    if (key === null) return call
    this.#noted.set(call.id, key)
    return marked
  }

  #withdraw(id: number, realm: CallingRealm): void {
    const key = this.#noted.get(id)
    if (key === undefined) return
    this.#noted.delete(id)
    this.#box.remove(key)
    if (this.#noted.size === 0) realm.forgetMarks(this.#client)
  }

  #beClient(client: string): void {
    this.#client = client
    this.#marks = new CommitMarks(client)
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
    this.#isLeaving = true
    this.#stopWaiting()
    this.#stopWaiting = queueIdleTimer(() => this.#stay(), leavingMs)
  }

  #stay(): void {
    this.#isLeaving = false
    this.#stopWaiting()
    this.#recorded.clear()
  }
}
