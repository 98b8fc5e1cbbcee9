/** How far the answers to a transaction's operations have come, and what they were. */
import type { Failure } from '../../../errors.ts'
import type { OperationResult, RecordBytes } from '../../../protocol/protocol.ts'
import { Digest } from './digest.ts'

/** What stands before each part of an answer: no answer is digested as another. */
const tags = { record: 1, none: 2, number: 3, bytes: 4, failed: 5 }

export class Progress {
  /** How many operations are answered. */
  answers = 0
  /** How many records of the next answer have come. */
  records = 0
  readonly #digest = new Digest()

  /** Whether anything has come. */
  get hasBegun(): boolean {
    return this.answers > 0 || this.records > 0
  }

  /** Negative: not as far as `other`; 0: as far. */
  compare(other: Progress): number {
    return this.answers - other.answers || this.records - other.records
  }

  /** Whether the same answers have come; to be asked of two that are as far as each other. */
  equals(other: Progress): boolean {
    return this.#digest.equals(other.#digest)
  }

  record({ bytes, ...at }: RecordBytes): void {
    this.records++
    const digest = this.#digest
    digest.word(tags.record)
    digest.bytes(bytes, at.keyStart, at.keyEnd)
    digest.bytes(bytes, at.primaryKeyStart, at.primaryKeyEnd)
    digest.bytes(bytes, at.valueStart, at.valueEnd)
  }

  done(result: OperationResult): void {
    this.#answered()
    const digest = this.#digest
    if (result === undefined) return digest.word(tags.none)
    if (typeof result === 'number') {
      digest.word(tags.number)
      return digest.number(result)
    }
    digest.word(tags.bytes)
    digest.bytes(result, 0, result.length)
  }

  /** By its name: the words may name the owner. */
  failed({ name }: Failure): void {
    this.#answered()
    this.#digest.word(tags.failed)
    this.#digest.text(name)
  }

  #answered(): void {
    this.answers++
    this.records = 0
  }
}
