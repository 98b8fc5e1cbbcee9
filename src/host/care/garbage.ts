/** What is kept elsewhere for records that are gone (see `kept-objects/`): found and removed while the database is idle. */
import { collectKept } from '../../kept-objects/collect.ts'
import type { KeptKey, KeptPlace } from '../../kept-objects/kept-store.ts'
import type { Storage } from '../../storage/storage.ts'

/** One database's. */
export class Garbage {
  readonly #place: KeptPlace
  readonly #storage: Storage
  /** At first: an earlier thread may have left something. */
  #isSuspected = true

  constructor(place: KeptPlace, storage: Storage) {
    this.#place = place
    this.#storage = storage
  }

  /** A transaction has ended, and some record may be gone. */
  suspect(): void {
    this.#isSuspected = true
  }

  /**
   * Collects it; what the records are now has to be on the disk, or a power cut could bring back a record whose object is
   * gone. False: it could not be done now.
   */
  async collect(): Promise<boolean> {
    if (!this.#isSuspected) return true
    this.#isSuspected = false
    const isDone = await collectKept(this.#place, (kept) => {
      // What the open transaction has written may yet be reverted.
      if (this.#storage.transaction || this.#isSuspected) return null
      return kept.filter((key) => !this.#isInUse(key))
    })
    if (!isDone) this.#isSuspected = true
    return isDone
  }

  /** Whether the record is there, and has the object. */
  #isInUse([id, storeId, keyBytes]: KeptKey): boolean {
    const key = new Uint8Array(keyBytes)
    // The transaction ended before the key it was to have was noted.
    if (key.length === 0) return false
    const idBytes = Uint8Array.from(id, (character) => character.charCodeAt(0))
    let isFound = false
    this.#storage.scan(
      { ...oneRecord, storeId, range: { lower: key, upper: null } },
      ({ bytes, valueStart, valueEnd }) => {
        isFound = includes(bytes.subarray(valueStart, valueEnd), idBytes)
      },
    )
    return isFound
  }
}

const oneRecord = {
  indexId: 0,
  direction: 'next',
  after: null,
  inclusive: false,
  skip: 0,
  limit: 1,
  limitBytes: Infinity,
  withValues: true,
  // Own members, so that none is inherited.
  part: undefined,
  longestValue: undefined,
} as const

/** No other value has the bytes of an id: it is random. */
function includes(bytes: Uint8Array, part: Uint8Array): boolean {
  const [first = 0] = part
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return true
  }
  return false
}
