/** Where the owner of a directory lets its clients in: see `meeting-point.ts`. */
import type { Failure } from '../../errors.ts'
import { queueIdleTimer, queueTurn } from '../../event-loop/turn.ts'
import { receiveClient } from '../greeting.ts'
import { Guests, type Serving } from '../guests.ts'
import type { OwnerHello } from '../hello.ts'
import { askOver } from './broker.ts'
import { ChannelPort, type EndingPort, portOver } from './channel-port.ts'
import { type Knock, meet, type Meeting, type MeetingPoint, type Word } from './meeting-point.ts'
import type { NoteDesk } from './parting/note-desk.ts'
import { type Life, lifeEnded } from './web-locks.ts'

/** What a reception needs of its owner. */
export interface ReceptionParts extends Serving {
  readonly point: MeetingPoint
  readonly desk: NoteDesk
  /** What the owner says of itself. */
  readonly own: Omit<OwnerHello, 'clients'>
  /** Takes what was wrong with one that was sent away. */
  report(failure: Failure): void
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
  readonly #guests = new Guests()
  #isOpen = true
  #isRecovered = false

  private constructor(parts: ReceptionParts, life: Life) {
    this.#parts = parts
    this.#life = life
    this.#meeting = meet(parts.point.channel, (word) => this.#heard(word))
    this.#meeting.say({ type: 'here' })
    void Promise.resolve(parts.roster.recovery).then(() => (this.#isRecovered = true))
  }

  /** Resolves when all can come. `life`: the owner's, which ends as it closes. */
  static async open(parts: ReceptionParts, life: Promise<Life>): Promise<Reception> {
    return new Reception(parts, await life)
  }

  /** Lets no more in, and serves none of those who are. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#meeting.close()
    // Before those leave whose notes wait: a host that has been closed would open the directory once more.
    this.#parts.desk.close()
    this.#guests.dismissAll()
    this.#life.end()
  }

  /** Tells the pages that they can remove a note. */
  noteOver(key: string): void {
    this.#say({ type: 'noteOver', key })
  }

  #heard(word: Word): void {
    if (word.type === 'note') return this.#parts.desk.take(word)
    if (word.type === 'noteGone') return this.#parts.desk.drop(word.key)
    if (word.type !== 'knock') return
    if (word.via === 'channel') return void this.#letIn(word, new ChannelPort(word.id))
    this.#expected.set(word.id, word)
    this.#meeting.say({ type: 'heard', id: word.id })
    this.#asking ??= this.#lineToBroker()
    void this.#asking.then((ask) => (ask ? ask(word.id) : this.#refuse(word)))
  }

  #refuse({ id }: Knock): void {
    this.#expected.delete(id)
    this.#say({ type: 'refused', id })
  }

  async #lineToBroker(): Promise<((id: string) => void) | null> {
    const line = await this.#parts.reachBroker()
    return (
      line &&
      askOver(line, (id, port) => {
        const knock = this.#expected.get(id)
        this.#expected.delete(id)
        if (knock) void this.#letIn(knock, portOver(port))
        else port.close()
      })
    )
  }

  /** The page that was there before may have noted what this one expects to find. */
  async #letIn({ id, life }: Knock, port: EndingPort): Promise<void> {
    // One that comes back from a former owner is awaited there itself.
    if (this.#isRecovered) await soon(this.#parts.desk.idle)
    if (!this.#isOpen) return port.end()
    this.#say({ type: 'welcome', id, life: this.#life.id })
    void this.#receive(port, life)
  }

  async #receive(port: EndingPort, life: string): Promise<void> {
    const { own, roster, desk, report } = this.#parts
    const hasSaidHello = roster.knocked()
    const met = await receiveClient(port, {
      secret: null,
      own: () => ({ ...own, clients: roster.clients }),
      load: () => ({
        databases: this.#parts.load(),
        survival: roster.tally.sum(),
        guests: this.#guests.present,
      }),
      report,
    })
    hasSaidHello()
    if (!met) return
    const { client } = met.client
    await desk.executedOf(client)
    if (!this.#isOpen) return port.end()
    const watch = new AbortController()
    const left = (): void => {
      watch.abort()
      desk.left(client)
      // Its own end is no news to a channel. In a later turn: what it is told last is sent before.
      queueTurn(() => met.port.end?.())
    }
    const served = this.#guests.seat(met.client, met.port, { ...this.#parts, left })
    void lifeEnded(life, watch.signal).then(() => served.leave())
  }

  #say(word: Word): void {
    if (this.#isOpen) this.#meeting.say(word)
  }
}

/** How long one that knocks waits for notes of clients that are still there. */
const noteMs = 500

function soon(settled: Promise<void>): Promise<void> {
  return Promise.race([settled, new Promise<void>((resolve) => queueIdleTimer(resolve, noteMs))])
}
