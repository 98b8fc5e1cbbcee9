/** A port over a broadcast channel that only its two ends know: for threads that no port can be sent to. Nothing is transferred. */
import { receiveMessages } from '../../event-loop/receive-messages.ts'
import type { HostPort, PortEvent } from '../../port/messages.ts'

type Listener = (event: PortEvent) => void

/** A port of this room, which its user closes. */
export interface EndingPort extends HostPort {
  end(): void
}

/** One end; both give the same id. It hears from its making on, and keeps what comes until it is started. */
export class ChannelPort implements EndingPort {
  readonly #channel: BroadcastChannel
  readonly #listeners: Listener[] = []
  /** null once started. */
  #early: PortEvent[] | null = []

  constructor(id: string) {
    this.#channel = new BroadcastChannel(`idb-everywhere port ${id}`)
    this.#channel.addEventListener('message', (event) => this.#received(event))
  }

  postMessage(message: unknown): void {
    this.#channel.postMessage(message)
  }

  addEventListener(type: 'message' | 'messageerror' | 'close', listener: Listener): void {
    if (type === 'message') this.#listeners.push(listener)
    // A channel is never closed by its other end.
    else if (type === 'messageerror') this.#channel.addEventListener(type, listener)
  }

  start(): void {
    const early = this.#early ?? []
    this.#early = null
    for (const event of early) this.#received(event)
  }

  end(): void {
    this.#channel.close()
  }

  #received(event: PortEvent): void {
    if (this.#early) return void this.#early.push(event)
    for (const listener of this.#listeners) listener(event)
  }
}

/** The end of a message channel. `hear`: has a listener called with the messages that come to a target. */
export function portOver(port: MessagePort, hear = receiveMessages): EndingPort {
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    addEventListener(type, listener) {
      if (type === 'message') hear(port, (data) => listener({ data }))
      else port.addEventListener(type, listener as EventListener) // As every event of those names.
    },
    start: () => port.start(),
    end: () => port.close(),
  }
}
