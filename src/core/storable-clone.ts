/** A value cloned for storage, and the cheapest way to look into the clone. */
import type { IndexSchema, KeyPath } from '../host/protocol.ts'
import { extractKey, extractKeyOfOriginal } from '../keys/extract-key.ts'
import { type KeyToBeGenerated, indexKeysOf, indexKeysOfOriginal } from '../keys/index-keys.ts'
import { type keyPathFailure, keyPathUndecided } from '../keys/key-path.ts'
import { deserializeClone } from '../values/deserialize.ts'
import type { Serialized } from '../values/serialize.ts'

/**
 * The clone exists as bytes. Key paths are evaluated on the original where that is certain to give the same, else on the
 * decoded bytes.
 */
export class StorableClone {
  readonly serialized: Serialized
  readonly #original: unknown
  #decoded: unknown = undefined
  #isDecoded = false

  constructor(original: unknown, serialized: Serialized) {
    this.#original = original
    this.serialized = serialized
  }

  /** The key at the key path; null: invalid. https://w3c.github.io/IndexedDB/#extract-a-key-from-a-value-using-a-key-path */
  extractKey(keyPath: KeyPath): Uint8Array | null | typeof keyPathFailure {
    if (!this.serialized.ranScript) {
      const key = extractKeyOfOriginal(this.#original, keyPath)
      if (key !== keyPathUndecided) return key
    }
    return extractKey(this.#decode(), keyPath)
  }

  /** The entries the record gets in these indexes; null: none. */
  indexKeys(
    indexes: ReadonlyMap<number, IndexSchema>,
    generated: KeyToBeGenerated | null,
  ): Uint8Array | null {
    if (!this.serialized.ranScript) {
      const entries = indexKeysOfOriginal(this.#original, indexes.values(), generated)
      if (entries !== keyPathUndecided) return entries
    }
    generated?.offsets.splice(0)
    return indexKeysOf(this.#decode(), indexes.values(), generated)
  }

  #decode(): unknown {
    if (!this.#isDecoded) {
      this.#decoded = deserializeClone(this.serialized)
      this.#isDecoded = true
    }
    return this.#decoded
  }
}
