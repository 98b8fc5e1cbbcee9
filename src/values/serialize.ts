import type { KeptPlace } from '../kept-objects/kept-store.ts'
import { isPlainObject, writeRootWithGeneratedKey, writeValue } from './write/write-value.ts'
import { formatVersion } from './format.ts'
import { located } from './write/refuse.ts'
import { WriteState } from './write/write-state.ts'
import { deserializeClone } from './deserialize.ts'
import { placeGeneratedKey } from './generated-key.ts'
import type { Serialized } from './serialized.ts'

export { type Completed, complete, isComplete } from './complete.ts'
export type { Serialized } from './serialized.ts'

/** A state that is not in use. A getter may call serialize() while one is in use: then another is made. */
let idle: WriteState | null = null

/**
 * Serializes a value for storage. Getters run once, in the standard's order; what they throw is thrown.
 *
 * With `generatedKeyPath` (a valid key path that is one string) a value that has nothing at that path gets room for a
 * key there.
 *
 * What has no bytes is refused where `keptAt` is null; else the caller keeps it there.
 * https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeforstorage
 *
 * @throws DataCloneError if the value holds something that cannot be stored
 * @throws DataError if there is no way to put a key at `generatedKeyPath`
 */
export function serialize(
  value: unknown,
  generatedKeyPath: string | null = null,
  keptAt: KeptPlace | null = null,
): Serialized {
  const state = idle ?? new WriteState()
  idle = null
  try {
    state.reset()
    state.canKeep = keptAt !== null
    state.out.byte(formatVersion)
    writeRoot(state, value, generatedKeyPath)
    const { root, blobs, apart, generatedKeyOffset } = state
    return { value: state.written(), root, blobs, apart, generatedKeyOffset }
  } catch (error) {
    throw located(error, value)
  } finally {
    state.letGo()
    idle = state
  }
}

function writeRoot(state: WriteState, value: unknown, generatedKeyPath: string | null): void {
  if (generatedKeyPath === null) return writeValue(state, value, 0)
  if (!generatedKeyPath.includes('.') && isPlainObject(value)) {
    return writeRootWithGeneratedKey(state, value, generatedKeyPath)
  }
  writeValue(state, value, 0)
  // The general case changes the clone and writes that, without running script again.
  const { blobs, apart } = state
  const clone = deserializeClone({ value: state.written(), blobs, apart })
  if (placeGeneratedKey(clone, generatedKeyPath)) rewrite(state, clone)
}

/** Writes the clone with the mark of a generated key in place of what was written of the original. */
function rewrite(state: WriteState, clone: unknown): void {
  state.forgetObjects()
  state.reset()
  state.out.byte(formatVersion)
  writeValue(state, clone, 0)
  if (state.generatedKeyOffset < 0) throw new Error('unreachable: a clone has lost its mark')
}
