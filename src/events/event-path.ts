/**
 * The targets an event passes. No array: an engine that has seen many objects of one literal live long allocates all
 * later ones as old, and each old one keeps its whole transaction, dead as it is, through every quick collection.
 */

/** Something in a path; `handle` is what script sees of it. */
interface Passed {
  readonly handle: object | null
  /** The next one outwards; null at the end. */
  readonly parent: this | null
}

/** From the target outwards, as it is when the event is dispatched: at most request, transaction and connection. */
export class EventPath<Target extends Passed = Passed> {
  readonly target: Target
  readonly #parent: Target | null
  readonly #outermost: Target | null
  readonly length: number

  constructor(target: Target) {
    this.target = target
    this.#parent = target.parent
    this.#outermost = this.#parent && this.#parent.parent
    this.length = this.#outermost ? 3 : this.#parent ? 2 : 1
  }

  /** The target at a place counted from 0; null beyond the end. */
  at(place: number): Target | null {
    return place === 0 ? this.target : place === 1 ? this.#parent : this.#outermost
  }

  /** What script sees of the targets. */
  handles(): (object | null)[] {
    return [this.target, this.#parent, this.#outermost].flatMap((it) => (it ? [it.handle] : []))
  }
}
