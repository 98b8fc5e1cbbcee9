/** A port that holds what comes until its user is there. */
import { append } from '../base/own-property.ts'
import { queueIdleTimer, ref, unref } from '../event-loop/turn.ts'
import { Malformed } from '../port/malformed.ts'
import type { HostPort, PortEvent } from '../port/messages.ts'

type Listener = (event: PortEvent) => void

/** A port of which the first message is taken by the hello; what comes after it is held until the port is started. */
export class HeldPort implements HostPort {
  readonly #port: HostPort
  readonly #listeners = new Map<string, Listener>()
  /** What has come and not been told; null once started. */
  #held: { type: string; event: PortEvent }[] | null = []
  #hasCome = (): void => {}

  constructor(port: HostPort) {
    this.#port = port
    for (const type of ['message', 'messageerror', 'close'] as const) {
      port.addEventListener(type, (event) => this.#came(type, event))
    }
    port.start?.()
  }

  /**
   * The first message that comes; null when the port closes first, or `signal` is aborted, or nothing comes within the limit.
   * @throws Malformed when it cannot be read
   */
  async first(signal: AbortSignal | null, waitMs: number | null): Promise<unknown> {
    let stop = (): void => {}
    let abort = (): void => {}
    await new Promise<void>((resolve) => {
      this.#hasCome = abort = resolve
      if (waitMs !== null) stop = queueIdleTimer(resolve, waitMs)
      signal?.addEventListener('abort', abort)
      if (signal?.aborted || this.#held?.length) resolve()
    })
    stop()
    // The signal may outlive many ports.
    signal?.removeEventListener('abort', abort)
    const came = this.#held?.shift()
    if (came?.type === 'messageerror') throw came.event.error ?? new Malformed('cannot be read')
    if (came?.type === 'message') return came.event.data
    this.#port.end?.()
    return null
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer)
  }

  /** There is one user, with one listener of each type. */
  addEventListener(type: 'message' | 'messageerror' | 'close', listener: Listener): void {
    this.#listeners.set(type, listener)
  }

  start(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const { type, event } of held) this.#listeners.get(type)?.(event)
  }

  trust(): void {
    this.#port.trust?.()
  }

  end(): void {
    this.#port.end?.()
  }

  ref(): void {
    ref(this.#port)
  }

  unref(): void {
    unref(this.#port)
  }

  #came(type: string, event: PortEvent): void {
    if (!this.#held) return this.#listeners.get(type)?.(event)
    append(this.#held, { type, event })
    this.#hasCome()
  }
}
