/** Looking for the owner of a directory: see `meeting-point.ts`. */
import { listenToMessages } from '../../event-loop/checkpoint.ts'
import { queueIdleTimer } from '../../event-loop/turn.ts'
import type { Broker } from './broker.ts'
import { ChannelPort, type EndingPort, portOver } from './channel-port.ts'
import {
  meet,
  type Meeting,
  type MeetingPoint,
  type Via,
  type Welcome,
  type Word,
} from './meeting-point.ts'

/** How long an owner that has heard a knock may take to fetch the port: the page that reaches the broker for it may be busy. */
const fetchMs = 1_000

/** Knocks until it is let in or closed. */
export class Knocking {
  /** Resolves when an owner has let it in, with a port that is not yet started. Never rejects. */
  readonly entered: Promise<{ readonly port: EndingPort; readonly welcome: Welcome }>
  readonly #meeting: Meeting
  /** The id of the visitor's lock. */
  readonly #life: string
  /** null where it is not to be used. */
  readonly #broker: Broker | null
  #via: Via
  /** Of the last knock. */
  #id = ''
  #port: EndingPort | null = null
  #enter!: (entered: Awaited<Knocking['entered']>) => void // The promise calls its executor at once.
  #isOver = false
  #stopWaiting = (): void => {}

  constructor({ channel }: MeetingPoint, life: string, broker: Broker | null) {
    this.entered = new Promise((resolve) => (this.#enter = resolve))
    this.#life = life
    this.#broker = broker
    this.#via = broker ? 'broker' : 'channel'
    this.#meeting = meet(channel, (word) => this.#heard(word))
    this.#knock()
    void broker?.failed.then(() => this.#giveUpBroker())
  }

  /** Gives up, unless it was let in: the port is then its user's. */
  close(): void {
    if (this.#isOver) return
    this.#end()
    this.#port?.end()
  }

  #heard(word: Word): void {
    if (word.type === 'here') return this.#knock()
    if (!('id' in word) || word.id !== this.#id || !this.#port) return
    if (word.type === 'heard') {
      this.#stopWaiting()
      this.#stopWaiting = queueIdleTimer(() => this.#giveUpBroker(), fetchMs)
    }
    if (word.type === 'refused') this.#giveUpBroker()
    if (word.type === 'welcome') {
      this.#end()
      this.#enter({ port: this.#port, welcome: word })
    }
  }

  #giveUpBroker(): void {
    if (this.#isOver || this.#via === 'channel') return
    this.#via = 'channel'
    this.#knock()
  }

  /** Each time under another id: an owner that is gone may have fetched the port. */
  #knock(): void {
    this.#stopWaiting()
    this.#port?.end()
    this.#id = crypto.randomUUID()
    this.#port = this.#portAt(this.#id)
    this.#meeting.say({ type: 'knock', id: this.#id, via: this.#via, life: this.#life })
  }

  #portAt(id: string): EndingPort {
    if (this.#via === 'channel' || !this.#broker) return new ChannelPort(id)
    const { port1, port2 } = new MessageChannel()
    this.#broker.leave(id, port2)
    return portOver(port1, listenToMessages)
  }

  #end(): void {
    this.#isOver = true
    this.#stopWaiting()
    this.#meeting.close()
  }
}
