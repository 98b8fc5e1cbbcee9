/** The `blocked` events of a request over a change of owner: what a former owner has told is not told again. */
export class Blocked {
  /** The versions it was told with last; null: it was not. */
  #told: string | null = null
  #isOfFormerOwner = false

  tell(versions: readonly [number, number | null], tell: () => void): void {
    const isKnown = this.#isOfFormerOwner && this.#told === String(versions)
    this.#told = String(versions)
    this.#isOfFormerOwner = false
    if (!isKnown) tell()
  }

  /** Whether an owner was processing the request: it waited for no other. */
  get wasTold(): boolean {
    return this.#told !== null
  }

  ownerChanged(): void {
    this.#isOfFormerOwner = true
  }
}
