/** Where the owner of a directory lets its clients in: the streams that come over its meeting place. */
import type { ByteStream } from '../../files/vfs.ts'
import type { Failure } from '../../errors.ts'
import { SocketPort } from '../../port/stream/socket-port.ts'
import { receiveClient } from '../greeting.ts'
import { Guests, type Serving, type Whereabouts } from '../guests.ts'
import type { Hello } from '../hello.ts'

/** What a reception needs of its owner. */
export interface ReceptionParts {
  /** What clients must show. */
  readonly secret: string
  /** What the owner says of itself. */
  readonly own: Hello & Whereabouts & { readonly title: string }
  /** Takes what was wrong with one that was sent away. */
  report(failure: Failure): void
}

/** Open until `close()`. Those who come before the owner serves wait. */
export class Reception {
  readonly #serving: Promise<Serving>
  #begin: (serving: Serving) => void = () => {}
  /** Those who have come and are not served yet. */
  readonly #waiting = new Set<ByteStream>()
  readonly #guests = new Guests()
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
    this.#guests.dismissAll()
    for (const stream of this.#waiting) stream.close()
  }

  /** Takes one that has come. */
  async received(stream: ByteStream, { secret, own, report }: ReceptionParts): Promise<void> {
    this.#waiting.add(stream)
    stream.onClose(() => this.#waiting.delete(stream))
    const serving = await this.#serving
    if (!this.#isOpen) return stream.close()
    const hasSaidHello = serving.roster.knocked()
    const met = await receiveClient(new SocketPort(stream), {
      secret,
      own: () => ({ ...own, clients: serving.roster.clients }),
      load: () => ({
        databases: serving.load(),
        survival: serving.roster.tally.sum(),
        guests: this.#guests.present,
      }),
      report,
    })
    hasSaidHello()
    this.#waiting.delete(stream)
    if (met === null) return
    if (!this.#isOpen) return met.port.end?.()
    this.#guests.seat(met.client, met.port, { ...serving, owner: own })
  }
}
