/** A value cloned for storage, and the cheapest way to look into the clone. */
import type { IndexSchema, KeyPath } from '../../protocol/protocol.ts'
import { extractKey } from '../../keys/extract-key.ts'
import { type KeyToBeGenerated, indexKeysOf } from '../../keys/index-keys.ts'
import { evaluatePath, keyPathFailure } from '../../keys/evaluate-key-path.ts'
import { deserializeClone, deserializeProperty } from '../../values/deserialize.ts'
import type { Serialized } from '../../values/serialize.ts'

/**
 * The clone exists as bytes. Key paths are evaluated on what they need of it: most often one property of an object, else
 * the whole.
 */
export class StorableClone {
  readonly serialized: Serialized
  #decoded: unknown = undefined
  #isDecoded = false

  constructor(serialized: Serialized) {
    this.serialized = serialized
  }

  /** The key at the key path; null: invalid. https://w3c.github.io/IndexedDB/#extract-a-key-from-a-value-using-a-key-path */
  extractKey(keyPath: KeyPath): Uint8Array | null | typeof keyPathFailure {
    return extractKey(this, keyPath, evaluateOnBytes)
  }

  /** The entries the record gets in these indexes; null: none. */
  indexKeys(
    indexes: ReadonlyMap<number, IndexSchema>,
    generated: KeyToBeGenerated | null,
  ): Uint8Array | null {
    return indexKeysOf(this, indexes.values(), { generated, evaluate: evaluateOnBytes })
  }

  get decoded(): unknown {
    if (!this.#isDecoded) {
      this.#decoded = deserializeClone(this.serialized)
      this.#isDecoded = true
    }
    return this.#decoded
  }
}

/** https://w3c.github.io/IndexedDB/#evaluate-a-key-path-on-a-value */
function evaluateOnBytes(clone: StorableClone, path: string): unknown {
  const { serialized } = clone
  if (path === '' || !serialized.root.isComplete) return evaluatePath(clone.decoded, path)
  const dot = path.indexOf('.')
  const property = deserializeProperty(serialized, dot < 0 ? path : path.slice(0, dot))
  if (property === undefined) return keyPathFailure
  return dot < 0 ? property : evaluatePath(property, path.slice(dot + 1))
}
