/** Tells files from each other. It is no protection against one that was made to look like another. */
export class Fingerprint {
  #length = 0
  #first = 0x811c9dc5
  #second = 0x9747b28c

  add(bytes: Uint8Array): void {
    this.#length += bytes.length
    let [first, second] = [this.#first, this.#second]
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0
      first = Math.imul(first ^ byte, 0x01000193)
      second = Math.imul(second ^ byte, 0x5bd1e995) ^ (second >>> 15)
    }
    ;[this.#first, this.#second] = [first, second]
  }

  /** Of all bytes so far. */
  get text(): string {
    return [this.#length, this.#first >>> 0, this.#second >>> 0].join(' ')
  }
}
