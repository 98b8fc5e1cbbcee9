/** Records as a server gives them for several gets, and as those who asked for them get them. */
import { append } from '../../../base/own-property.ts'
import type { ScanOperation } from '../../../protocol/protocol.ts'
import { bytesIn, numberIn, type Row, textIn } from '../../wire/statement.ts'
import type { Ground, Pending } from '../ground.ts'
import { recordUnder } from './record-under.ts'
import { missingPart, withParts } from './with-parts.ts'

/**
 * The records of gets of one store or index, which are passed on while their rows come. A row has the whole of a record, or a part of its
 * value, see `getStatement()`: of all that is asked for, one value at most is kept.
 */
export class GotRecords {
  readonly #ground: Ground
  readonly #pendings: readonly Pending<ScanOperation>[]
  /** How many gets are over. */
  #overCount = 0
  /** Of the value of the next one. */
  #parts: Uint8Array[] = []
  /** How many it has. */
  #count = 0
  #primaryKey: string | null = null

  constructor(ground: Ground, pendings: readonly Pending<ScanOperation>[]) {
    this.#ground = ground
    this.#pendings = pendings
  }

  /** Takes the next row. */
  row(row: Row): void {
    const place = numberIn(row, 0) - 1
    this.#endBefore(place)
    const pending = this.#pendings[place]
    if (!pending || place !== this.#overCount) return
    this.#attempt(pending, () => this.#take(pending, row))
  }

  /** There are no more. */
  end(): void {
    this.#endBefore(this.#pendings.length)
  }

  /** Where no record has come for a get there is none. */
  #endBefore(place: number): void {
    while (this.#overCount < place) {
      const pending = this.#pendings[this.#overCount]
      if (!pending) return
      this.#attempt(pending, () => this.#parts.length === 0 || this.#pass(pending, null))
    }
  }

  /** Gives whether that was all of the record, as it always is where it is not in parts. */
  #take(pending: Pending<ScanOperation>, row: Row): boolean {
    const { indexId, withValues } = pending.operation
    this.#primaryKey = indexId === 0 ? null : textIn(row, 1)
    if (!withValues) return this.#pass(pending, null)
    const column = indexId === 0 ? 1 : 2
    if (row[column + 1] === null) return this.#pass(pending, textIn(row, column))
    this.#count = numberIn(row, column + 1)
    // Without a part the number is null, too.
    if (row[column + 2] !== String(this.#parts.length)) throw missingPart()
    append(this.#parts, bytesIn(row, column + 3))
    return false
  }

  #pass({ operation, receiver }: Pending<ScanOperation>, value: string | null): true {
    const record = recordUnder(operation.range.lower, this.#primaryKey, value)
    const isWhole = this.#parts.length === 0
    receiver.record(isWhole ? record : withParts(record, this.#parts, this.#count))
    return true
  }

  /** `take` says whether the get is over. */
  #attempt(pending: Pending<ScanOperation>, take: () => boolean): void {
    try {
      if (!take()) return
    } catch (error) {
      this.#next()
      return this.#ground.broke(pending, error)
    }
    this.#next()
    this.#ground.done(pending)
  }

  #next(): void {
    this.#overCount++
    this.#parts = []
  }
}
