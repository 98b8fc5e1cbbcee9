/** Where the owner of a directory lets its clients in: the streams that come over its meeting place. */
import type { ByteStream } from '../../files/vfs.ts'
import type { Failure } from '../../errors.ts'
import type { HostPort } from '../../port/messages.ts'
import type { Served } from '../../port/server.ts'
import { SocketPort } from '../../port/stream/socket-port.ts'
import { receiveClient } from '../greeting.ts'
import type { Hello } from '../hello.ts'
import type { Roster } from '../roster.ts'

/** What an owner that serves has. */
export interface Serving {
  readonly roster: Roster
  /** Serves the client at the other end of that port. */
  serve(port: HostPort, told: { readonly client: string; recovered(): void; left(): void }): Served
}

/** What a reception needs of its owner. */
export interface ReceptionParts {
  /** What clients must show. */
  readonly secret: string
  /** What the owner says of itself. */
  readonly own: Hello & { readonly title: string }
  /** Takes what was wrong with one that was sent away. */
  report(failure: Failure): void
}

/** Open until `close()`. Those who come before the owner serves wait. */
export class Reception {
  readonly #serving: Promise<Serving>
  #begin: (serving: Serving) => void = () => {}
  /** Each ends the service of one client, or the wait of one that has come. */
  readonly #ends = new Set<() => void>()
  /** Those who are served. */
  readonly #guests = new Set<Served>()
  #isOpen = true

  constructor() {
    this.#serving = new Promise((resolve) => (this.#begin = resolve))
  }

  /** From now on those who come are served. */
  serve(serving: Serving): void {
    this.#begin(serving)
  }

  /** Lets no more in, and tells those who are that the owner is going. */
  close(): void {
    this.#isOpen = false
    // Before the first is cut off: nobody is answered what depends on that.
    for (const guest of this.#guests) guest.mute()
    for (const end of this.#ends) end()
  }

  /** Takes one that has come. */
  async received(stream: ByteStream, { secret, own, report }: ReceptionParts): Promise<void> {
    const end = (): void => stream.close()
    this.#ends.add(end)
    stream.onClose(() => this.#ends.delete(end))
    const { roster, serve } = await this.#serving
    if (!this.#isOpen) return stream.close()
    const met = await receiveClient(new SocketPort(stream), {
      secret,
      own: () => ({ ...own, clients: roster.clients }),
      report,
    })
    this.#ends.delete(end)
    if (met === null) return
    if (!this.#isOpen) return met.port.end?.()
    this.#letIn(met.client.client, met.port, { roster, serve })
  }

  #letIn(client: string, port: HostPort, { roster, serve }: Serving): void {
    const leave = (): void => served.leave()
    const seat = roster.enter(client, {
      tell: (clients) => served.tellRoster(clients),
      replaced: leave,
    })
    const served = serve(port, {
      client,
      recovered: () => seat.recovered(),
      left: () => {
        this.#ends.delete(leave)
        this.#guests.delete(served)
        seat.left()
      },
    })
    this.#ends.add(leave)
    this.#guests.add(served)
  }
}
