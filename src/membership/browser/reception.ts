/** Where the owner of a directory lets its clients in: see `meeting-point.ts`. */
import { RelayedPort } from '../../port/relayed-port.ts'
import type { HostPort } from '../../port/messages.ts'
import type { Roster } from '../roster.ts'
import { askOver } from './broker.ts'
import { ChannelPort } from './channel-port.ts'
import type { ClosablePort } from './knocking.ts'
import { type Knock, meet, type Meeting, type MeetingPoint, type Word } from './meeting-point.ts'
import { beginLife, type Life, lifeEnded } from './web-locks.ts'

/** What a reception needs of its owner. */
export interface ReceptionParts {
  readonly point: MeetingPoint
  readonly roster: Roster
  /** Serves the client at the other end of that port. */
  serve(port: HostPort): void
  /** Gives a line to the broker; null where there is none. Called once. */
  reachBroker(): Promise<MessagePort | null>
}

/** Open from `open()` to `close()`. */
export class Reception {
  readonly #meeting: Meeting
  readonly #parts: ReceptionParts
  readonly #life: Life
  /** Asks the broker for a port; null before there is a client that has left one there. */
  #asking: Promise<((id: string) => void) | null> | null = null
  /** Who has knocked and whose port is on its way from the broker, by the knock's id. */
  readonly #expected = new Map<string, Knock>()
  /** Each ends the service of one. */
  readonly #served = new Set<() => void>()
  #isOpen = true

  private constructor(parts: ReceptionParts, life: Life) {
    this.#parts = parts
    this.#life = life
    this.#meeting = meet(parts.point.channel, (word) => this.#heard(word))
    this.#meeting.say({ type: 'here' })
  }

  /** Resolves when all can come. */
  static async open(parts: ReceptionParts): Promise<Reception> {
    return new Reception(parts, await beginLife())
  }

  /** Lets no more in, and serves none of those who are. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#meeting.close()
    for (const end of this.#served) end()
    this.#life.end()
  }

  #heard(word: Word): void {
    if (word.type !== 'knock') return
    if (word.via === 'channel') return this.#letIn(word, new ChannelPort(word.id))
    this.#expected.set(word.id, word)
    this.#meeting.say({ type: 'heard', id: word.id })
    this.#asking ??= this.#lineToBroker()
    void this.#asking.then((ask) => (ask ? ask(word.id) : this.#refuse(word)))
  }

  #refuse({ id }: Knock): void {
    this.#expected.delete(id)
    if (this.#isOpen) this.#meeting.say({ type: 'refused', id })
  }

  async #lineToBroker(): Promise<((id: string) => void) | null> {
    const line = await this.#parts.reachBroker()
    return (
      line &&
      askOver(line, (id, port) => {
        const knock = this.#expected.get(id)
        this.#expected.delete(id)
        if (knock) this.#letIn(knock, port as ClosablePort) // Its events have more members.
      })
    )
  }

  #letIn({ id, client, life }: Knock, port: ClosablePort): void {
    if (!this.#isOpen) return port.close()
    const { roster } = this.#parts
    const served = new RelayedPort({
      post: (message, transfer) => port.postMessage(message, transfer),
    })
    const watch = new AbortController()
    const end = (): void => {
      if (!this.#served.delete(end)) return
      watch.abort()
      seat.left()
      served.closed()
      port.close()
    }
    this.#served.add(end)
    const seat = roster.enter(client, { tell: () => {}, replaced: end })
    this.#parts.serve(served)
    port.addEventListener('message', ({ data }) => served.received(data))
    port.start?.()
    void lifeEnded(life, watch.signal).then(end)
    this.#meeting.say({ type: 'welcome', id, life: this.#life.id, clients: roster.clients })
  }
}
