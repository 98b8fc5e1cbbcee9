/**
 * Which of the rows that a damaged table gives, each with its key, stand where their keys belong. One key that has become another
 * must neither hide those after it nor come to bound what is still to be read.
 */
import { compareKeys } from '../../keys/key.ts'

/** A row with its key. */
interface Keyed {
  readonly key: Uint8Array
}

/** What becomes of rows. */
interface KeyOrderReceiver<Row> {
  keep(row: Row): void
  /** Its key is not what it was, or it belongs elsewhere. */
  drop(row: Row): void
}

/** Rows in a row that belong elsewhere: then so does the page they are on. */
export const mostStrays = 3

/** Takes rows in the order in which they are found. */
export class KeyOrder<Row extends Keyed> {
  readonly #receiver: KeyOrderReceiver<Row>
  readonly #sign: 1 | -1
  #last: Uint8Array | null = null
  /** Rows after the last: one, or two of which the second comes before the first, so that one of them is wrong. */
  #held: Row | null = null
  #rival: Row | null = null
  #strays = 0

  /** `sign`: -1 where keys go down. */
  constructor(receiver: KeyOrderReceiver<Row>, sign: 1 | -1 = 1) {
    this.#receiver = receiver
    this.#sign = sign
  }

  /** False when the rows no longer belong here. */
  take(row: Row): boolean {
    if (this.#isAfter(row, this.#last) && this.#place(row)) {
      this.#strays = 0
      return true
    }
    this.#receiver.drop(row)
    this.#strays++
    return this.#strays < mostStrays
  }

  /** There are no more rows. Gives the last, if what would come after it is not known, so that its key may be wrong. */
  end(): Row | null {
    if (this.#rival) this.#receiver.drop(this.#rival)
    const held = this.#held
    this.#held = this.#rival = null
    return held
  }

  /** False where it fits with neither of two that are held. */
  #place(row: Row): boolean {
    const [held, rival] = [this.#held, this.#rival]
    if (held && !this.#isAfter(row, held.key)) {
      if (!rival) return this.#hold(held, row)
      if (!this.#isAfter(row, rival.key)) return false
      this.#receiver.drop(held)
      this.#keep(rival)
      return this.#hold(row, null)
    }
    if (rival) this.#receiver.drop(rival)
    if (held) this.#keep(held)
    return this.#hold(row, null)
  }

  #hold(held: Row, rival: Row | null): true {
    this.#held = held
    this.#rival = rival
    return true
  }

  #keep(row: Row): void {
    this.#last = row.key
    this.#receiver.keep(row)
  }

  #isAfter({ key }: Row, other: Uint8Array | null): boolean {
    return other === null || compareKeys(key, other) * this.#sign > 0
  }
}
