/**
 * Who is at an owner. The owner tells its clients, so that whichever of them is the next owner knows who is to come back.
 *
 * A transaction that had started at the former owner held its locks there: it must come before all others at the new one. So a new
 * owner first waits for those who were there. One that has arrived says `recovered` when all of its connections and transactions
 * have been brought back; one that does not arrive in time had none, or must do without its place.
 */
import { queueIdleTimer, queueTurn } from '../event-loop/turn.ts'

/** How long a new owner waits for those who have not arrived. They have heard of its predecessor's end when it has. */
export const arrivalMs = 250
/** How long for those who have arrived and bring back what they had, which takes as long as the opening of their databases. */
const recoveryMs = 5_000

/** Whom a roster is made for. */
export interface RosterOptions {
  /** The owner's own id as a client. */
  readonly own: string
  /**
   * From `Looking`. `'unknown'`: this thread was not there, but the platform knows that the former owner died, perhaps with clients:
   * all who come in time are waited for.
   */
  readonly returning: readonly string[] | 'unknown' | null
  /** Told each time one has come or gone, with all clients. */
  readonly changed?: (clients: readonly string[]) => void
}

/** What a client is told, by the server of its port. */
export interface Guest {
  /** All clients that are there, this one included; called once for any number of changes within a turn. */
  tell(clients: readonly string[]): void
  /**
   * The same client has come again, which has lost this port: it is to be ended before another message from the new one is
   * read. A commit still on its way here would otherwise be executed after its client was told that there is none.
   */
  replaced(): void
}

/** A client's place in the roster. */
export interface Seat {
  /** It has brought back what it had at the former owner. */
  recovered(): void
  /** Its port has closed, or it has said goodbye. */
  left(): void
}

/** The clients of one owner, from when it serves. */
export class Roster {
  /** Resolves when the host may go on with what is new; null: at once. For `createHost`. */
  readonly recovery: Promise<void> | null
  readonly #options: RosterOptions
  readonly #guests = new Map<string, Guest>()
  /** Those who are still to say `recovered`. */
  readonly #awaited: Set<string>
  /** Whether anyone who comes is waited for. */
  #isOpenToAll: boolean
  #isTellingQueued = false
  #recover = (): void => {}

  constructor(options: RosterOptions) {
    this.#options = options
    this.#isOpenToAll = options.returning === 'unknown'
    this.#awaited = new Set(options.returning === 'unknown' ? [] : options.returning)
    this.recovery = options.returning ? this.#waitForAll() : null
  }

  /** The ids of all clients; not the owner's, whom nobody waits for once it is gone. */
  get clients(): readonly string[] {
    return [...this.#guests.keys()]
  }

  /** The owner's own thread has brought back what it had. */
  ownRecovered(): void {
    this.#recovered(this.#options.own)
  }

  /** A client has said hello. */
  enter(client: string, guest: Guest): Seat {
    const former = this.#guests.get(client)
    this.#guests.set(client, guest)
    if (this.#isOpenToAll) this.#awaited.add(client)
    former?.replaced()
    this.#changed()
    return {
      recovered: () => this.#recovered(client),
      left: () => {
        if (this.#guests.get(client) !== guest) return
        this.#guests.delete(client)
        this.#recovered(client)
        this.#changed()
      },
    }
  }

  /** One that is known to have died is not waited for. */
  died(client: string): void {
    this.#recovered(client)
  }

  #waitForAll(): Promise<void> {
    const all = new Promise<void>((resolve) => (this.#recover = resolve))
    this.#recoverIfAll()
    queueIdleTimer(() => this.#forgetMissing(), arrivalMs)
    queueIdleTimer(this.#recover, recoveryMs)
    return all
  }

  #forgetMissing(): void {
    this.#isOpenToAll = false
    const isHere = (client: string): boolean =>
      client === this.#options.own || this.#guests.has(client)
    for (const client of this.#awaited) if (!isHere(client)) this.#recovered(client)
    this.#recoverIfAll()
  }

  #recovered(client: string): void {
    if (this.#awaited.delete(client)) this.#recoverIfAll()
  }

  #recoverIfAll(): void {
    if (this.#awaited.size === 0 && !this.#isOpenToAll) this.#recover()
  }

  #changed(): void {
    this.#options.changed?.(this.clients)
    if (this.#isTellingQueued) return
    this.#isTellingQueued = true
    queueTurn(() => this.#tellAll())
  }

  #tellAll(): void {
    this.#isTellingQueued = false
    const { clients } = this
    for (const guest of this.#guests.values()) guest.tell(clients)
  }
}
