/** A page's part in a directory: as a thread's, but pages go away, into the back/forward cache or for good. */
import type { Found, Looking, Peer } from '../../peer.ts'
import type { Farewell } from '../../session/services.ts'
import type { BrowserPeer } from '../browser-peer.ts'
import type { MeetingPoint } from '../meeting-point.ts'
import { aborted, eitherOf } from '../signals.ts'
import type { Absence } from './absence.ts'
import type { NoteBox } from './note-box.ts'
import { NoteCarrier } from './note-carrier.ts'
import type { PageFarewell } from './page-farewell.ts'

export interface PagePeerParts {
  readonly peer: BrowserPeer
  readonly point: MeetingPoint
  readonly absence: Absence
  /** null where the page has no local storage. */
  readonly box: NoteBox | null
  readonly farewell: PageFarewell | null
}

export class PagePeer implements Peer {
  readonly farewell: Farewell | null
  readonly #parts: PagePeerParts
  #carrier: NoteCarrier | null = null
  /** Ends the look, or what was found, as the page goes away. */
  #leave = (): void => {}

  /** Frees the directory where it is this page's. */
  #giveUp = (): void => {}

  constructor(parts: PagePeerParts) {
    this.#parts = parts
    this.farewell = parts.farewell
  }

  close(): void {
    const { absence, farewell } = this.#parts
    absence.stopWatching()
    farewell?.stopWatching()
    this.#stopCarrying()
  }

  async look(looking: Looking): Promise<Found> {
    const { absence, farewell } = this.#parts
    absence.watch(() => this.#leave())
    farewell?.watch()
    for (;;) {
      await Promise.race([absence.over(() => isBusy(looking)), aborted(looking.signal)])
      const stay = new AbortController()
      this.#giveUp = () => {}
      this.#leave = () => this.#end(stay, looking)
      try {
        return await this.#lookHere(looking, stay.signal)
      } catch (error) {
        if (!stay.signal.aborted || looking.signal.aborted) throw error
      }
    }
  }

  async #lookHere(looking: Looking, away: AbortSignal): Promise<Found> {
    const { peer, point, box } = this.#parts
    const signal = eitherOf(looking.signal, away)
    const looked = peer.look({ ...looking, signal })
    // It reads what lies on a disk, while the look waits for others.
    if (box) this.#carrier ??= new NoteCarrier(point, box)
    const found = await looked
    const left = aborted(away).catch(() => {})
    const gone = Promise.race([found.gone, left])
    if (found.type === 'other') {
      // Nothing of its is brought to another owner.
      return { ...found, gone, leave: (how) => found.leave(away.aborted ? undefined : how) }
    }
    this.#giveUp = () => found.cutOff?.()
    return { ...found, gone }
  }

  /** A page that is at something stays, whatever that costs it: in a moment it may be over. */
  #end(stay: AbortController, looking: Looking): void {
    if (isBusy(looking)) return
    stay.abort()
    this.#giveUp()
    this.#giveUp = () => {}
    this.#parts.peer.rest()
    this.#stopCarrying()
  }

  #stopCarrying(): void {
    this.#carrier?.close()
    this.#carrier = null
  }
}

function isBusy(looking: Looking): boolean {
  return looking.isBusy?.() ?? true
}
