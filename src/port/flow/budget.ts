/**
 * How much a client may have asked for that is not answered. Both ends count alike: a client holds back what goes beyond, and an
 * owner, which keeps all that is asked until its turn comes, cuts off one that does not.
 *
 * A transaction that waits for another must not keep that one from going on, so each may have a little asked in any case.
 */
import type { Operation } from '../../protocol/protocol.ts'

/** What all transactions of a client may have asked. */
const totalBytes = 16 * 1024 * 1024
/** What each may have asked in any case. */
const ownBytes = 256 * 1024
/** Of any operation, in addition to what it stores. */
const operationBytes = 64

/** How much memory an operation takes while it waits, about. */
export function sizeOfAsked(operation: Operation): number {
  if (operation.type !== 'put') return operationBytes
  const { key, value, indexKeys } = operation
  return operationBytes + (key?.length ?? 0) + value.length + (indexKeys?.length ?? 0)
}

/** A transaction that waits until it may ask for more. */
export interface HeldBack {
  askOn(): void
}

/** What a client has asked in all. */
export class Budget {
  #asked = 0
  readonly #heldBack = new Set<HeldBack>()

  /** Whether a transaction that has asked for that much may ask for more. */
  allows(askedByIt: number): boolean {
    return this.#asked < totalBytes || askedByIt < ownBytes
  }

  take(sizeBytes: number): void {
    this.#asked += sizeBytes
  }

  give(sizeBytes: number): void {
    this.#asked -= sizeBytes
    if (this.#heldBack.size === 0) return
    for (const heldBack of this.#heldBack) {
      if (this.#asked >= totalBytes) return
      this.#heldBack.delete(heldBack)
      heldBack.askOn()
    }
  }

  /** Calls `askOn()` once when there is room again for all. */
  wait(heldBack: HeldBack): void {
    this.#heldBack.add(heldBack)
  }
}
