/** This thread as the owner, where it can open the files itself: a dedicated worker, the user's or one that a page has started. */
import type { HostPort } from '../../port/messages.ts'
import type { Failure } from '../../errors.ts'
import type { Served } from '../../port/server.ts'
import type { Host, ObservableHost } from '../../protocol/protocol.ts'
import type { Serve } from '../guests.ts'
import type { OwnerHello } from '../hello.ts'
import type { FoundOwn, Owning } from '../peer.ts'
import { Roster } from '../roster.ts'
import type { MeetingPoint } from './meeting-point.ts'
import type { Ownable } from './ownable.ts'
import type { KeptNote } from './parting/note-box.ts'
import { NoteDesk } from './parting/note-desk.ts'
import { Reception } from './reception.ts'
import { beginLife, type Free, takeLock } from './web-locks.ts'

/** What is heard of a client. */
type Told = Parameters<Serve>[1]

/** What owning takes. */
export interface OwningParts {
  readonly point: MeetingPoint
  /** Takes the directory when its turn comes. @throws the signal's reason once that is aborted */
  take(signal: AbortSignal): Promise<void>
  /** Frees it where no host has been made. */
  giveUp(): Promise<void>
  /** Frees it at once, as this thread's end would. */
  abandon(): void
  /** A host on the directory, which was taken; closing it frees the directory. */
  makeHost(recovery: Promise<void> | null): ObservableHost
  /** What it says of itself; its id comes with the look. */
  readonly own: Omit<OwnerHello, 'client' | 'clients'>
  /** Serves the host to a client. */
  serve(host: Host, port: HostPort, told: Told): Served
  report(failure: Failure): void
  /** As in `ReceptionParts`. */
  reachBroker(): Promise<MessagePort | null>
}

/** Waits for the directory from its making on. */
export class ThreadOwner implements Ownable {
  readonly owned: Promise<void>
  readonly #parts: OwningParts
  readonly #waiting = new AbortController()
  /** Begun ahead, as are the locks: each takes a way to the browser's own process and back. */
  readonly #life = beginLife()
  #sharing: Free = () => {}
  #isServing = false

  constructor(parts: OwningParts) {
    this.#parts = parts
    this.#life.catch(() => {}) // The locks fail with it.
    this.owned = this.#take()
    this.owned.catch(() => {})
  }

  async own({ client, returning }: Owning, notes: readonly KeptNote[]): Promise<FoundOwn> {
    this.#isServing = true
    const parts = this.#parts
    const roster = new Roster({ own: client, returning })
    const host = parts.makeHost(roster.recovery)
    const desk = new NoteDesk({
      host,
      own: client,
      isSeated: (id) => roster.clients.includes(id),
      over: (key) => void opening.then((reception) => reception.noteOver(key)),
    })
    const serve = (port: HostPort, told: Told): Served => parts.serve(host, port, told)
    const own = { ...parts.own, client, since: new Date().toISOString() }
    const load = () => host.load()
    const opening = Reception.open({ ...parts, own, roster, serve, desk, load }, this.#life)
    for (const note of notes) desk.take(note)
    const reception = await opening
    // Where others come back from a former owner, the host opens nothing before they and this thread have.
    if (!Array.isArray(returning)) await desk.executed
    return this.#found(client, { host, roster, reception })
  }

  #found(
    client: string,
    { host, roster, reception }: { host: ObservableHost; roster: Roster; reception: Reception },
  ): FoundOwn {
    return {
      type: 'own',
      host,
      recovered: () => roster.ownRecovered(),
      tally: (counts) => roster.tally.note(client, counts),
      onClients: (changed) => roster.onClients(changed),
      leave: async () => {
        reception.close()
        // What cannot be closed must not keep the directory from the next owner.
        try {
          await host.close()
        } finally {
          await this.#parts.giveUp()
          this.#sharing()
        }
      },
      cutOff: () => {
        reception.close()
        this.#sharing()
        this.#parts.abandon()
      },
      // It ends with this thread.
      gone: new Promise(() => {}),
    }
  }

  end(): void {
    this.#waiting.abort()
    if (this.#isServing) return
    this.#sharing()
    void this.#life.then(({ end }) => end()).catch(() => {})
    // It fails where the wait was given up.
    void this.owned.then(() => this.#parts.giveUp()).catch(() => {})
  }

  async #take(): Promise<void> {
    const { signal } = this.#waiting
    // It is asked for first, and so had first: no thread sees an owner without it.
    const sharing = takeLock(this.#parts.point.sharing, { signal, mode: 'shared' })
    const [shared, taken] = await Promise.allSettled([sharing, this.#parts.take(signal)])
    if (shared.status === 'fulfilled') this.#sharing = shared.value
    if (shared.status === 'fulfilled' && taken.status === 'fulfilled') return
    this.#sharing()
    if (taken.status === 'fulfilled') await this.#parts.giveUp()
    throw shared.status === 'rejected' ? shared.reason : (taken as PromiseRejectedResult).reason
  }
}
