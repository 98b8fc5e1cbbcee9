import { defineOwn } from '../base/own-property.ts'
import { Descent } from './depth/descent.ts'
import type { Json, Tagged } from './json.ts'

/** Renders a part of a value. */
type Render = (rendering: Rendering, value: unknown) => Json

/** Reads the content of one object, and puts it where it belongs in what was rendered. */
type Fill = (onLost: (type: string) => void) => Promise<void>

/** One value being rendered. */
export class Rendering {
  /** Objects that occur more than once. */
  readonly repeated = new Set<object>()
  /** What is still to be read, in the order of the value. */
  contents: Fill[] = []
  /** Types of objects that have no content to be had. */
  lost: string[] = []
  readonly #descent: Descent<unknown, Json>
  readonly #seen = new Set<object>()
  /** The numbers of repeated objects, as they come. */
  readonly #numbers = new Map<object, number>()

  constructor(render: Render) {
    this.#descent = new Descent((value) => render(this, value))
  }

  /** Renders a part with all that is in it. */
  render(value: unknown): Json {
    return this.#descent.whole(value)
  }

  /** Renders a part of the object that is being rendered. `put` gets it before what is in it has been rendered. */
  part(value: unknown, put: (json: Json) => void): void {
    this.#descent.part(value, put)
  }

  /** Forgets all but which objects occur more than once. */
  startAgain(): void {
    this.contents = []
    this.lost = []
    this.#seen.clear()
  }

  /** What stands for an object that was met before; null the first time. */
  referenceTo(object: object): Json | null {
    if (!this.#seen.has(object)) {
      this.#seen.add(object)
      if (this.repeated.has(object)) this.#numbers.set(object, this.#numbers.size)
      return null
    }
    this.repeated.add(object)
    return { $: 'ref', id: this.#numbers.get(object) ?? 0 }
  }

  /** Whether the object needs a place for its number. */
  hasNumber(object: object): boolean {
    return this.#numbers.has(object)
  }

  /** Notes an object that is rendered within another one. Whether it occurs nowhere else, as far as is known. */
  isOnlyHere(object: object): boolean {
    if (this.repeated.has(object)) return false
    if (this.#seen.has(object)) {
      this.repeated.add(object)
      return false
    }
    this.#seen.add(object)
    return true
  }

  /** The JSON of what has a type, with the object's number if it needs one. Members that are undefined are left out. */
  tagged(
    object: object,
    type: string,
    members: Readonly<Record<string, Json | undefined>>,
  ): Tagged {
    const json: Tagged = { $: type }
    const id = this.#numbers.get(object)
    if (id !== undefined) defineOwn(json, 'id', id)
    for (const [name, member] of Object.entries(members)) {
      if (member !== undefined) defineOwn(json, name, member)
    }
    return json
  }
}
