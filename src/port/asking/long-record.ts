/** A record whose value comes in parts, at the realm's end of a port. */
import type { RecordBytes } from '../../protocol/protocol.ts'
import { demand } from '../malformed.ts'
import { Gathering } from '../stream/gathering.ts'

/** More than any engine stores. */
const longestBytes = 2 ** 31

export class LongRecord {
  readonly #gathering = new Gathering()
  readonly #keyBytes: number
  readonly #primaryKeyBytes: number

  /** `record` has its keys alone. @throws Malformed for a value that there cannot be */
  constructor(record: RecordBytes, sizeBytes: number) {
    const { bytes, keyStart, keyEnd, primaryKeyStart, primaryKeyEnd } = record
    demand(sizeBytes < longestBytes, 'has a record that is too long')
    this.#keyBytes = keyEnd - keyStart
    this.#primaryKeyBytes = primaryKeyStart === keyStart ? 0 : primaryKeyEnd - primaryKeyStart
    const keys = bytes.subarray(keyStart, keyStart + this.#keyBytes + this.#primaryKeyBytes)
    this.#gathering.begin(keys.length + sizeBytes)
    this.#gathering.read(keys, 0)
  }

  /** Takes a part; gives the whole record with the last one. @throws Malformed for more than was to come */
  add({ bytes, valueStart, valueEnd }: RecordBytes): RecordBytes | null {
    const part = bytes.subarray(valueStart, valueEnd)
    demand(this.#gathering.read(part, 0) === part.length, 'has more parts of a record than it said')
    if (!this.#gathering.isComplete) return null
    const whole = this.#gathering.take()
    const valueFrom = this.#keyBytes + this.#primaryKeyBytes
    return {
      bytes: whole,
      keyStart: 0,
      keyEnd: this.#keyBytes,
      primaryKeyStart: this.#primaryKeyBytes === 0 ? 0 : this.#keyBytes,
      primaryKeyEnd: valueFrom,
      valueStart: valueFrom,
      valueEnd: whole.length,
      long: undefined,
    }
  }
}
