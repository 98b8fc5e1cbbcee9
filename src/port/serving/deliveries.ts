/** The `versionchange` events on their way to a realm. */
import { demand } from '../malformed.ts'

/** Takes where the realm has opened the connection; null: it does not say. */
type Delivered = (opened: string | null) => void

export class Deliveries {
  readonly #awaited = new Map<number, Delivered>()
  #lastId = 0

  /** Gives the id by which the realm is to confirm it. */
  add(delivered: Delivered): number {
    this.#awaited.set(++this.#lastId, delivered)
    return this.#lastId
  }

  /** The realm has fired the event, or need not. @throws Malformed where there is none of that id */
  confirm(id: number, opened: string | null): void {
    const delivered = this.#awaited.get(id)
    demand(delivered !== undefined, 'confirms a delivery that was never made')
    this.#awaited.delete(id)
    delivered(opened)
  }
}
