/** The clients that an owner serves, each in its place in the roster. */
import type { HostPort } from '../port/messages.ts'
import type { Served } from '../port/server.ts'
import type { PortEnds } from '../port/serving/blockers.ts'
import type { ClientPresence, DatabaseLoad, SurvivalCounts } from '../protocol/load.ts'
import type { ClientHello } from './hello.ts'
import type { Roster } from './roster.ts'

/** What a client has said of itself. */
export type Introduced = Pick<ClientHello, 'client' | 'pid' | 'thread'>

/** Serves the client at the other end of that port. */
export type Serve = (
  port: HostPort,
  told: {
    readonly client: string
    readonly ends: PortEnds
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

/** Where an owner is, as far as it says so itself. */
export type Whereabouts = {
  readonly [Name in 'pid' | 'thread']?: ClientHello[Name] | undefined
}

/** What it takes to serve a client; `owner` absent: nothing is known of where it is. */
interface Seating extends Serving {
  readonly owner?: Whereabouts
  left?(): void
}

/** From the first that is let in until `dismissAll()`. */
export class Guests {
  readonly #served = new Map<Served, ClientPresence>()

  /** Serves a client that has said hello. `left` is called once, when it is gone or was ended. */
  seat(introduced: Introduced, port: HostPort, serving: Seating): Served {
    const { client } = introduced
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
      ends: endsOf(introduced, serving.owner),
      recovered: () => seat.recovered(),
      tally: (counts) => serving.roster.tally.note(client, counts),
      left,
    })
    // What came along with its hello may have ended it already.
    if (!hasLeft) this.#served.set(guest, presenceOf(introduced))
    return guest
  }

  /** Tells all that the owner is going, and ends them. */
  dismissAll(): void {
    // Before the first is cut off: none is answered what depends on that.
    for (const served of this.#served.keys()) served.mute()
    for (const served of this.#served.keys()) served.leave()
  }

  /** Who is there, in the order in which they came. */
  get present(): readonly ClientPresence[] {
    return [...this.#served.values()]
  }
}

/** Each as `status()` shows it: there the owner has no id. */
function endsOf({ client, pid, thread }: Introduced, owner: Whereabouts = {}): PortEnds {
  return {
    client: { holder: 'client', id: client, pid: pid ?? null, thread: thread ?? null },
    server: { holder: 'owner', id: null, pid: owner.pid ?? null, thread: owner.thread ?? null },
  }
}

function presenceOf({ client, pid, thread }: Introduced): ClientPresence {
  return { id: client, pid: pid ?? null, thread: thread ?? null, since: new Date().toISOString() }
}
