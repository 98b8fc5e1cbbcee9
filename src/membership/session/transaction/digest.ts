/**
 * A digest of 64 bits over what a transaction was answered, so that a second execution can be held to it. It keeps no secret
 * and no adversary out: it tells equal answers from others, at little cost.
 *
 * Two lanes of 32 bits take turns at the words of the bytes, little-endian; each step is a bijection of its lane, so that a
 * single word that differs always shows.
 */
const { imul } = Math

const primeA = 0x85ebca6b
const primeB = 0xc2b2ae35

const noView: DataView = new DataView(new ArrayBuffer(0))

/** A view of the bytes that were digested last: many records lie in one buffer. */
let lastBuffer: ArrayBufferLike | null = null
let lastView = noView

function viewOf({ buffer }: Uint8Array): DataView {
  if (buffer === lastBuffer) return lastView
  lastBuffer = buffer
  lastView = new DataView(buffer)
  return lastView
}

/** A view must not keep alive what was read, which may be large. */
function forgetView(): void {
  lastBuffer = null
  lastView = noView
}

export class Digest {
  #a = 0x9e3779b9
  #b = 0x7f4a7c15

  equals(other: Digest): boolean {
    return this.#a === other.#a && this.#b === other.#b
  }

  word(word: number): void {
    const mixed = imul(this.#a ^ word, primeA)
    this.#a = (mixed << 13) | (mixed >>> 19)
    this.#b = imul(this.#b ^ mixed, primeB)
  }

  /** Any number, told from any other. */
  number(number: number): void {
    this.word(number | 0)
    this.word((number / 0x1_0000_0000) | 0)
    // What is no integer of 53 bits; rare.
    if (!Number.isSafeInteger(number)) this.text(String(number))
  }

  text(text: string): void {
    this.word(text.length)
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i))
  }

  /** The bytes from `start` to `end`, and how many they are. */
  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.word(end - start)
    if (end - start > longestBytewise) return this.#words(bytes, start, end)
    for (let i = start; i < end; i++) this.word(bytes[i] as number) // the caller's ends are within it
  }

  #words(bytes: Uint8Array, start: number, end: number): void {
    const view = viewOf(bytes)
    const to = bytes.byteOffset + end
    let at = bytes.byteOffset + start
    let a = this.#a
    let b = this.#b
    for (; at + 8 <= to; at += 8) {
      a = imul(a ^ view.getInt32(at, true), primeA)
      a = (a << 13) | (a >>> 19)
      b = imul(b ^ view.getInt32(at + 4, true), primeB)
      b = (b << 15) | (b >>> 17)
    }
    this.#a = a
    this.#b = b ^ a
    for (; at < to; at++) this.word(view.getUint8(at))
    if (end - start > longestRemembered) forgetView()
  }
}

/** So few are faster one by one. */
const longestBytewise = 16
/** A buffer of at least this size most often belongs to one value alone. */
const longestRemembered = 4096
