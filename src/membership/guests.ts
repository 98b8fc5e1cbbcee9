/** The clients that an owner serves, each in its place in the roster. */
import type { HostPort } from '../port/messages.ts'
import type { Served } from '../port/server.ts'
import type { DatabaseLoad, SurvivalCounts } from '../protocol/load.ts'
import type { Roster } from './roster.ts'

/** Serves the client at the other end of that port. */
export type Serve = (
  port: HostPort,
  told: {
    readonly client: string
    recovered(): void
    tally?(counts: Readonly<SurvivalCounts>): void
    left(): void
  },
) => Served

/** What an owner that serves has. */
export interface Serving {
  readonly roster: Roster
  readonly serve: Serve
  /** What goes on at the databases. */
  load(): readonly DatabaseLoad[]
}

/** From the first that is let in until `dismissAll()`. */
export class Guests {
  readonly #served = new Set<Served>()

  /** Serves a client that has said hello. `left` is called once, when it is gone or was ended. */
  seat(client: string, port: HostPort, serving: Serving & { left?(): void }): Served {
    let guest: Served | null = null
    let hasLeft = false
    const seat = serving.roster.enter(client, {
      tell: (clients) => guest?.tellRoster(clients),
      replaced: () => guest?.leave(),
    })
    const left = (): void => {
      hasLeft = true
      if (guest) this.#served.delete(guest)
      seat.left()
      serving.left?.()
    }
    guest = serving.serve(port, {
      client,
      recovered: () => seat.recovered(),
      tally: (counts) => serving.roster.tally.note(client, counts),
      left,
    })
    // What came along with its hello may have ended it already.
    if (!hasLeft) this.#served.add(guest)
    return guest
  }

  /** Tells all that the owner is going, and ends them. */
  dismissAll(): void {
    // Before the first is cut off: none is answered what depends on that.
    for (const served of this.#served) served.mute()
    for (const served of this.#served) served.leave()
  }
}
