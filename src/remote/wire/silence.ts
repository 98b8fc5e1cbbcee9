/**
 * Connections that stay up, and whose answers do not come: a network that drops what it is given, or something on the way that has
 * forgotten the connection, tells neither end. What the server does for one of them it says over another.
 */
import type { Wire } from './wire.ts'

/** Of these processes of the server, those that are gone, or have had nothing to do for long. Rejects where the server does not answer. */
export type FindUnused = (processes: readonly number[]) => Promise<ReadonlySet<number>>

/** A connection from which an answer is awaited. */
interface Awaited {
  /** How much had come over it at the last look. */
  readonly receivedBytes: number
  /** How many looks in a row have found no sign that it is alive. */
  readonly silentLooks: number
}

/** Ends those that are of no use any more, as a reset of the network would have. What takes long, or waits for a lock, goes on. */
export class Silence {
  readonly #patience: number
  readonly #findUnused: FindUnused
  #awaited = new Map<Wire, Awaited>()

  /** `patience`: after how many silent looks the server is asked; where it says nothing either, the connection ends after as many more. */
  constructor(patience: number, findUnused: FindUnused) {
    this.#patience = patience
    this.#findUnused = findUnused
  }

  /** To be called again and again, at intervals, with the connections that are in use. */
  look(inUse: readonly Wire[]): void {
    const before = this.#awaited
    this.#awaited = new Map()
    for (const wire of inUse) {
      if (wire.isIdle || wire.serverProcess === null) continue
      const { receivedBytes } = wire
      const last = before.get(wire)
      const silentLooks = last?.receivedBytes === receivedBytes ? last.silentLooks + 1 : 0
      if (silentLooks >= 2 * this.#patience) wire.cutOff()
      else this.#awaited.set(wire, { receivedBytes, silentLooks })
    }
    const silent = [...this.#awaited].filter(([, it]) => it.silentLooks >= this.#patience)
    if (silent.length > 0) void this.#ask(silent)
  }

  /** Never rejects. */
  async #ask(silent: readonly (readonly [Wire, Awaited])[]): Promise<void> {
    const processes = silent.flatMap(([{ serverProcess }]) => serverProcess ?? [])
    const unused = await this.#findUnused(processes).catch(() => null)
    if (!unused) return
    for (const [wire, { receivedBytes }] of silent) {
      if (wire.isIdle || wire.receivedBytes !== receivedBytes) continue
      if (wire.serverProcess !== null && unused.has(wire.serverProcess)) wire.cutOff()
      else this.#awaited.delete(wire)
    }
  }
}
