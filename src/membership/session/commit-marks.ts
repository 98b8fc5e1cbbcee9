/**
 * The marks of a client's commits. One slot serves one commit at a time, so that a file keeps one number for each, and the last
 * number that a slot has there says what became of the commit that was on its way.
 */
import type { CommitMark } from '../../protocol/protocol.ts'
import { append } from '../../base/own-property.ts'

export class CommitMarks {
  readonly #client: string
  readonly #freeSlots: number[] = []
  #slotCount = 0
  #lastNumber = 0

  constructor(client: string) {
    this.#client = client
  }

  take(): CommitMark {
    const slot = this.#freeSlots.pop() ?? this.#slotCount++
    return { client: this.#client, slot, number: ++this.#lastNumber }
  }

  /** Its commit was answered, or settled. */
  free({ slot }: CommitMark): void {
    append(this.#freeSlots, slot)
  }
}
