/**
 * Who is at an owner. The owner tells its clients, so that whichever of them is the next owner knows who is to come back.
 *
 * A transaction that had started at the former owner held its locks there: it must come before all others at the new one. So a new
 * owner first waits for those who were there. One that has arrived says `recovered` when all of its connections and transactions
 * have been brought back; one that is known to have died, or does not arrive in time, must do without its place.
 */
import { queueIdleTimer, queueTurn } from '../event-loop/turn.ts'
import { awaitArrivals } from './arrivals.ts'
import { Tally } from './tally.ts'

/** How long a new owner waits for those who have not arrived. They have heard of its predecessor's end when it has. */
export const arrivalMs = 250
/** The same where it can tell who has died with its predecessor: those who have not are on their way. */
const survivorMs = 1_000
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
  /** Whether one who was at the former owner is known to have died with it; absent: that cannot be told. */
  readonly hasDied?: (client: string) => boolean
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
  /** What its clients, and its own thread, have said of their transactions. */
  readonly tally = new Tally()
  readonly #options: RosterOptions
  readonly #guests = new Map<string, Guest>()
  /** Those who are still to say `recovered`. */
  readonly #awaited: Set<string>
  /** Whether anyone who comes is waited for. */
  #isOpenToAll: boolean
  #isTellingQueued = false
  /** How many have come who have not said yet who they are. */
  #strangers = 0
  #isRecovered = false
  #endRecovery = (): void => {}
  #tellOwner: ((clients: readonly string[]) => void) | null = null

  constructor(options: RosterOptions) {
    this.#options = options
    this.#isOpenToAll = options.returning === 'unknown'
    this.#awaited = new Set(options.returning === 'unknown' ? [] : options.returning)
    this.#isRecovered = this.#awaited.size === 0 && !this.#isOpenToAll
    this.recovery = this.#isRecovered ? null : this.#waitForAll()
  }

  /** The ids of all clients, and of those who are still to come back; not the owner's, whom nobody waits for once it is gone. */
  get clients(): readonly string[] {
    const all = new Set([...this.#guests.keys(), ...this.#awaited])
    all.delete(this.#options.own)
    return [...all]
  }

  /** Calls `changed` at once unless all are still on their way, whenever one has come or gone or is given up, and after the recovery. */
  onClients(changed: (clients: readonly string[]) => void): void {
    this.#tellOwner = changed
    if (this.#isRecovered || this.#guests.size > 0) changed(this.clients)
  }

  /** The owner's own thread has brought back what it had. */
  ownRecovered(): void {
    this.#recovered(this.#options.own)
  }

  /** One has come, who is about to say hello; what it gives is to be called when that is over. */
  knocked(): () => void {
    this.#strangers++
    return () => void this.#strangers--
  }

  /** A client has said hello. */
  enter(client: string, guest: Guest): Seat {
    const former = this.#guests.get(client)
    this.#guests.set(client, guest)
    // One that its predecessor's list lacks may have come there in its last moment.
    if (!this.#isRecovered) this.#awaited.add(client)
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

  #waitForAll(): Promise<void> {
    const { hasDied } = this.#options
    return new Promise((resolve) => {
      const stopAwaiting = awaitArrivals({
        limitMs: hasDied && !this.#isOpenToAll ? survivorMs : arrivalMs,
        look: () => this.#forgetDead(),
        isOneAtTheDoor: () => this.#strangers > 0,
        over: () => this.#forgetMissing(),
      })
      this.#endRecovery = () => {
        this.#endRecovery = () => {}
        this.#isRecovered = true
        stopAwaiting()
        this.#awaited.clear()
        resolve()
        this.#changed()
      }
      this.#forgetDead()
      this.#endIfAll()
    })
  }

  #forgetDead(): void {
    const { hasDied } = this.#options
    if (hasDied) this.#forget((client) => hasDied(client))
  }

  /** From now on only those are waited for who are here. */
  #forgetMissing(): void {
    this.#isOpenToAll = false
    queueIdleTimer(() => this.#endRecovery(), recoveryMs)
    this.#forget((client) => client !== this.#options.own)
    this.#endIfAll()
  }

  /** Waits no more for those who are not here and are so. */
  #forget(isSo: (client: string) => boolean): void {
    const { size } = this.#awaited
    for (const client of this.#awaited) {
      if (!this.#guests.has(client) && isSo(client)) this.#awaited.delete(client)
    }
    if (this.#awaited.size === size) return
    this.#changed()
    this.#endIfAll()
  }

  #recovered(client: string): void {
    if (this.#awaited.delete(client)) this.#endIfAll()
  }

  #endIfAll(): void {
    if (this.#awaited.size === 0 && !this.#isOpenToAll) this.#endRecovery()
  }

  #changed(): void {
    this.#tellOwner?.(this.clients)
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
