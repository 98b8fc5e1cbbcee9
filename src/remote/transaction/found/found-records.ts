/** Records as a server gives them, and as those who asked for them get them. */
import { setElement } from '../../../base/own-property.ts'
import type { RecordBytes } from '../../../protocol/protocol.ts'
import { remoteLimits } from '../../limits.ts'
import { chunkBytes } from '../../sql/tables.ts'
import { bytesIn, numberIn, type Row } from '../../wire/statement.ts'
import { columns, RecordGroup } from './record-group.ts'
import { missingPart, withParts } from './with-parts.ts'

/** More than any value has. */
const mostParts = remoteLimits.recordBytes / chunkBytes + 1

/** The parts of a value that have come. Not as the texts that they come as: these would fill the engine's heap. */
interface Parts {
  /** How many there are in all. */
  readonly count: number
  readonly come: Uint8Array[]
  comeCount: number
}

/**
 * The records of a scan, which are passed on in order while its rows come. A row has records, or a part of a value in parts; where a part
 * is awaited, or an earlier row, what follows is kept.
 */
export class FoundRecords {
  readonly #pass: (record: RecordBytes) => void
  /** The place of the next record. */
  #next = 1
  /** What it is in; null: that has not come. */
  #group: RecordGroup | null = null
  /** By the places of their first records. */
  readonly #kept = new Map<number, RecordGroup>()
  /** By the places of their records. */
  readonly #parts = new Map<number, Parts>()

  /** `pass` may throw, and then so does what is called here. */
  constructor(pass: (record: RecordBytes) => void) {
    this.#pass = pass
  }

  /** Takes the next row. */
  row(row: Row): void {
    if (row[columns.part] === null) this.#takeGroup(new RecordGroup(row))
    else this.#takePart(row)
    this.#passWhole()
  }

  /** There are no more. */
  end(): void {
    this.#passRest()
    for (const group of [...this.#kept.values()].sort((a, b) => a.first - b.first)) {
      this.#enter(group)
      this.#passRest()
    }
  }

  #takeGroup(group: RecordGroup): void {
    if (!this.#group && group.first === this.#next) this.#group = group
    else this.#kept.set(group.first, group)
  }

  #takePart(row: Row): void {
    const [place, part] = [numberIn(row, columns.number), numberIn(row, columns.part)]
    const count = numberIn(row, columns.parts)
    // One too many may come when its record has been passed on.
    if (part < 0 || part >= Math.min(count, mostParts)) throw missingPart()
    if (place < this.#next) return
    const parts = this.#parts.get(place) ?? { count, come: [], comeCount: 0 }
    setElement(parts.come, part, bytesIn(row, columns.values))
    parts.comeCount++
    this.#parts.set(place, parts)
  }

  /** Passes records on up to one of which a part is missing. */
  #passWhole(): void {
    for (;;) {
      const group = this.#group
      if (!group) return
      if (group.isNextInParts && !this.#isNextWhole) return
      this.#passNext(group)
    }
  }

  get #isNextWhole(): boolean {
    const parts = this.#parts.get(this.#next)
    return parts !== undefined && parts.comeCount >= parts.count
  }

  #passRest(): void {
    for (let group = this.#group; group; group = this.#group) this.#passNext(group)
  }

  #passNext(group: RecordGroup): void {
    const place = this.#next++
    if (this.#next === group.first + group.count) this.#enter(this.#kept.get(this.#next) ?? null)
    const parts = this.#parts.get(place)
    this.#parts.delete(place)
    if (!parts && group.isNextInParts) throw missingPart()
    const record = group.next()
    this.#pass(parts ? withParts(record, parts.come, parts.count) : record)
  }

  #enter(group: RecordGroup | null): void {
    this.#group = group
    if (!group) return
    this.#next = group.first
    this.#kept.delete(group.first)
  }
}
