/**
 * The `versionchange` events of a connection over a change of owner. A request that waits for connections to close is asked again at
 * the next owner, which fires at all of them what the former one had fired already. The realm is not told twice: it has had
 * its chance, and the new owner gets the answer that the former one got, or would have got.
 */
import type { ConnectionListener } from '../../protocol/protocol.ts'

interface Told {
  /** Whether an owner before this one has told it; then one more telling is the same. */
  isOfFormerOwner: boolean
  isDelivered: boolean
  /** The owner that waits for the realm; null: none does. */
  waiting: (() => void) | null
}

export class VersionChanges {
  /** By the versions. */
  readonly #told = new Map<string, Told>()

  tell(
    listener: ConnectionListener | null,
    [oldVersion, newVersion]: readonly [number, number | null],
    delivered: () => void,
  ): void {
    const versions = `${oldVersion} ${newVersion}`
    const known = this.#told.get(versions)
    if (known?.isOfFormerOwner) {
      known.isOfFormerOwner = false
      if (known.isDelivered) return delivered()
      known.waiting = delivered
      return
    }
    const told: Told = { isOfFormerOwner: false, isDelivered: false, waiting: delivered }
    this.#told.set(versions, told)
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
}
