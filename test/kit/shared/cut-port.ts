/** A channel between a member and an owner that can be cut between any two messages. */
import { MessageChannel } from 'node:worker_threads'
import type { HostPort, PortEvent } from '../../../src/port/messages.ts'

type Listener = (event: PortEvent) => void

interface NodePort {
  postMessage(message: unknown, transfer: Transferable[]): void
  addEventListener(type: 'message', listener: Listener): void
  start(): void
  close(): void
  unref(): void
  ref(): void
}

/** One end. */
export class CutPort implements HostPort {
  isCut = false
  readonly #port: NodePort
  readonly #passes: () => boolean
  #messages: Listener[] = []
  readonly #closes: Listener[] = []

  /** `passes`: asked before each message that is sent here; false: it is not, as the channel has just been cut. */
  constructor(port: NodePort, passes: () => boolean) {
    this.#port = port
    this.#passes = passes
    port.addEventListener('message', (event) => this.#received(event))
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    if (this.isCut || !this.#passes() || this.#wasCut()) return
    this.#port.postMessage(message, transfer)
  }

  addEventListener(type: 'message' | 'messageerror' | 'close', listener: Listener): void {
    if (type === 'message') this.#messages.push(listener)
    if (type === 'close') this.#closes.push(listener)
  }

  start(): void {
    this.#port.start()
  }

  ref(): void {
    this.#port.ref()
  }

  unref(): void {
    this.#port.unref()
  }

  /** Nothing passes any more; the user of this end is told, unless it has gone itself. */
  cut(isTold: boolean): void {
    if (this.isCut) return
    this.isCut = true
    this.#port.close()
    if (isTold) setImmediate(() => this.#closes.forEach((listener) => listener({})))
  }

  #wasCut(): boolean {
    return this.isCut
  }

  #received(event: PortEvent): void {
    if (this.isCut) return
    for (const listener of this.#messages) listener(event)
  }
}

/** Two ends of a channel. */
export function cutPorts(passes: () => boolean): [ofMember: CutPort, ofOwner: CutPort] {
  const { port1, port2 } = new MessageChannel()
  const [first, second] = [port1, port2] as unknown as [NodePort, NodePort] // Node's types are its own.
  return [new CutPort(first, passes), new CutPort(second, passes)]
}
