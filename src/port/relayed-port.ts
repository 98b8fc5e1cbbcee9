/** A port of the host protocol that is carried by another channel. */
import type { Failure } from '../errors.ts'
import type { HostPort } from './messages.ts'

/** What carries it. */
export interface Carrier {
  post(message: unknown, transfer: Transferable[]): void
  /** Keeps the process alive while an answer is awaited; browsers need neither. */
  ref?(): void
  unref?(): void
}

type Listener = Parameters<HostPort['addEventListener']>[1]

const noListener: Listener = () => {}

/** One end; the owner of the channel passes on to it what comes. */
export class RelayedPort implements HostPort {
  readonly #carrier: Carrier
  readonly #listeners = { message: noListener, messageerror: noListener, close: noListener }

  constructor(carrier: Carrier) {
    this.#carrier = carrier
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    this.#carrier.post(message, transfer)
  }

  /** There is one user, with one listener of each type. */
  addEventListener(type: 'message' | 'messageerror' | 'close', listener: Listener): void {
    this.#listeners[type] = listener
  }

  ref(): void {
    this.#carrier.ref?.()
  }

  unref(): void {
    this.#carrier.unref?.()
  }

  received(message: unknown): void {
    this.#listeners.message({ data: message })
  }

  /** `reason`: why its user gets no more answers; left out: the other end is gone. */
  closed(reason?: Failure): void {
    this.#listeners.close(reason ? { reason } : {})
  }
}
