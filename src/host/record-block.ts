/** Records on their way through a port: copied once, into one block for each answer. */
import type { RecordBlock } from './port-messages.ts'
import type { OperationReceiver, RecordBytes } from './protocol.ts'

const numbersPerRecord = 6

/** Gathers the records of one answer. */
export class RecordBlockWriter {
  #bytes = new Uint8Array(1024)
  #length = 0
  readonly #places: number[] = []

  add(record: RecordBytes): void {
    const { keyStart, keyEnd, primaryKeyStart, primaryKeyEnd, valueStart, valueEnd } = record
    const key = this.#copy(record.bytes, keyStart, keyEnd)
    // A store's records have one key, which is both.
    const primaryKey =
      primaryKeyStart === keyStart ? key : this.#copy(record.bytes, primaryKeyStart, primaryKeyEnd)
    const value = this.#copy(record.bytes, valueStart, valueEnd)
    this.#places.push(key, key + keyEnd - keyStart)
    this.#places.push(primaryKey, primaryKey + primaryKeyEnd - primaryKeyStart)
    this.#places.push(value, value + valueEnd - valueStart)
  }

  /** The block; null when no record was added. */
  take(): RecordBlock | null {
    if (this.#places.length === 0) return null
    return { bytes: this.#bytes, places: Float64Array.from(this.#places) }
  }

  /** Where the copy begins. */
  #copy(bytes: Uint8Array, start: number, end: number): number {
    const at = this.#length
    this.#length += end - start
    if (this.#length > this.#bytes.length) this.#grow()
    this.#bytes.set(bytes.subarray(start, end), at)
    return at
  }

  #grow(): void {
    const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

/** Hands the records of a block to their receiver, in order. */
export function receiveRecords({ bytes, places }: RecordBlock, receiver: OperationReceiver): void {
  for (let i = 0; i < places.length; i += numbersPerRecord) {
    // Each record has its six numbers.
    receiver.record({
      bytes,
      keyStart: places[i] as number,
      keyEnd: places[i + 1] as number,
      primaryKeyStart: places[i + 2] as number,
      primaryKeyEnd: places[i + 3] as number,
      valueStart: places[i + 4] as number,
      valueEnd: places[i + 5] as number,
    })
  }
}
