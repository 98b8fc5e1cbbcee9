/**
 * Where the properties of a clone's root lie in its bytes. With that one of them can be read without the others, as key
 * paths want it: the bytes are the clone, and script has no say in them any more.
 */

/** Of roots with more keys none is noted. */
const keyLimit = 64

const noKeys: readonly string[] = []

/** The properties of one root at a time; reused. */
export class RootProperties {
  #keys: readonly string[] = noKeys
  /** Where each key's item begins. */
  readonly #offsets = new Float64Array(keyLimit)
  /** Whether every property is noted, and its item can be read alone. */
  isComplete = false

  /** Nothing is known. */
  clear(): void {
    this.#keys = noKeys
    this.isComplete = false
  }

  /** The root is a plain object with these keys; `note` follows for each. */
  begin(keys: readonly string[]): void {
    this.#keys = keys
    this.isComplete = keys.length <= keyLimit
  }

  /** The item of the key at `position` begins at `offset`. */
  note(position: number, offset: number): void {
    this.#offsets[position] = offset // One beyond the limit is dropped.
  }

  /** Where the key's item begins; -1 if the root has no such property. Means something only when complete. */
  offsetOf(key: string): number {
    const position = this.#keys.indexOf(key)
    return position < 0 ? -1 : (this.#offsets[position] as number) // All are noted.
  }
}
