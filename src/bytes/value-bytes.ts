/** Who owns a value's bytes on their way from the serializer to the engine. */
import { ByteArena } from './byte-arena.ts'

/**
 * | hold   | the bytes lie                                          | and are valid                          |
 * | ------ | ------------------------------------------------------ | -------------------------------------- |
 * | `lent` | in a writer's buffer, which the next value overwrites  | until the current call returns         |
 * | `kept` | in a buffer with other bytes                           | for as long as they are held           |
 * | `own`  | alone in a buffer, which may therefore be given away   | as `lent` ones are; once kept, as kept |
 */
export type Hold = 'lent' | 'kept' | 'own'

/** Where values lie that outlive the call they came in. */
const kept = new ByteArena()

/** A value's bytes. A holder that needs them beyond the current call calls `keep()`. */
export class ValueBytes {
  #bytes: Uint8Array
  #hold: Hold
  /** Whether bytes of its own were kept, or given away. */
  #isHeld = false

  constructor(bytes: Uint8Array, hold: Hold) {
    this.#bytes = bytes
    this.#hold = hold
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  get length(): number {
    return this.#bytes.length
  }

  /** Makes the bytes outlive the current call; copies them if they are lent. */
  keep(): void {
    this.#isHeld = true
    if (this.#hold !== 'lent') return
    this.#bytes = kept.copy(this.#bytes, this.#bytes.length)
    this.#hold = 'kept'
  }

  /** Gives up the bytes with their whole buffer, which may then be transferred; null where it holds other bytes, too. */
  give(): Uint8Array<ArrayBuffer> | null {
    if (this.#hold !== 'own') return null
    const given = this.#bytes as Uint8Array<ArrayBuffer> // no memory here is shared
    this.#bytes = given.subarray(0, 0)
    this.#isHeld = true
    return given
  }

  /**
   * Takes back the whole buffer of bytes of its own, for the next value: they are valid no more. null when they were kept or given away,
   * and for other bytes.
   */
  reclaim(): Uint8Array<ArrayBuffer> | null {
    if (this.#hold !== 'own' || this.#isHeld) return null
    const { buffer } = this.#bytes as Uint8Array<ArrayBuffer> // as above
    this.#bytes = new Uint8Array(0)
    this.#isHeld = true
    return new Uint8Array(buffer)
  }
}
