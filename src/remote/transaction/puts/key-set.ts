/** Keys that are found by what they are, not by which array they are. */

/** Keys by their bytes. */
export class KeySet {
  readonly #keys: Set<string>

  constructor(keys: readonly Uint8Array[] = []) {
    this.#keys = new Set(keys.map(latin1))
  }

  add(key: Uint8Array): void {
    this.#keys.add(latin1(key))
  }

  has(key: Uint8Array): boolean {
    return this.#keys.has(latin1(key))
  }
}

/** The bytes as a string of as many characters. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
