/**
 * The `versionchange` events of a connection over a change of owner. A request that waits for connections to close is asked again at
 * the next owner, which fires at all of them what the former one had fired already. The realm is not told twice of one request: it
 * has had its chance, and the new owner gets the answer that the former one got, or would have got.
 */
import type { CommitMark, ConnectionListener } from '../../protocol/protocol.ts'

interface Told {
  /** Whether an owner before this one has told it; then one more telling is the same. */
  isOfFormerOwner: boolean
  isDelivered: boolean
  /** The owner that waits for the realm; null: none does. */
  waiting: (() => void) | null
}

/** How many are kept: only the last that an owner has told can be told again, and those of a few owners before it. */
const mostTold = 16

export class VersionChanges {
  /** By the request, the earliest first. */
  readonly #told = new Map<string, Told>()

  tell(
    listener: ConnectionListener | null,
    [oldVersion, newVersion]: readonly [number, number | null],
    { delivered, request }: { delivered: () => void; request: CommitMark | undefined },
  ): void {
    // Only a realm without a session gives a request no name; nor does it ask another owner.
    const known = request && this.#told.get(nameOf(request))
    if (known?.isOfFormerOwner) {
      known.isOfFormerOwner = false
      if (known.isDelivered) return delivered()
      known.waiting = delivered
      return
    }
    const told: Told = { isOfFormerOwner: false, isDelivered: false, waiting: delivered }
    if (request) this.#note(nameOf(request), told)
    listener?.versionChange(oldVersion, newVersion, () => {
      told.isDelivered = true
      told.waiting?.()
    })
  }

  ownerChanged(): void {
    for (const told of this.#told.values()) {
      told.isOfFormerOwner = true
      told.waiting = null
    }
  }

  #note(name: string, told: Told): void {
    this.#told.delete(name)
    this.#told.set(name, told)
    for (const earliest of this.#told.keys()) {
      if (this.#told.size <= mostTold) return
      this.#told.delete(earliest)
    }
  }
}

/** A client gives each of its numbers once. */
function nameOf({ client, number }: CommitMark): string {
  return `${client} ${number}`
}
