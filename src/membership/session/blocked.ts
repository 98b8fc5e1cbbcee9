/** What others have seen of a request over a change of owner. Its `blocked` events that a former owner has told are not told again. */
export class Blocked {
  #hasAsked = false
  /** The versions it was told with last; null: it was not. */
  #told: string | null = null
  #isOfFormerOwner = false

  tell(versions: readonly [number, number | null], tell: () => void): void {
    const isKnown = this.#isOfFormerOwner && this.#told === String(versions)
    this.#told = String(versions)
    this.#isOfFormerOwner = false
    if (!isKnown) tell()
  }

  /** An owner asks connections to close for it. */
  asking(): void {
    this.#hasAsked = true
  }

  /** Whether a connection may have been asked to close for it: it waited for no other request. */
  get wasSeen(): boolean {
    return this.#hasAsked || this.#told !== null
  }

  ownerChanged(): void {
    this.#isOfFormerOwner = true
  }
}
