import { domException } from '../errors.ts'
import { canInjectKey, injectKey } from '../keys/inject-key.ts'
import { evaluatePath, keyPathFailure } from '../keys/evaluate-key-path.ts'
import { generatedKey } from './write/write-state.ts'

/**
 * Puts the mark of a generated key at `keyPath` in a clone that has no value there. False, and nothing changed, if the clone
 * has a value there.
 *
 * @throws DataError if something on the way cannot hold a property
 */
export function placeGeneratedKey(clone: unknown, keyPath: string): boolean {
  if (evaluatePath(clone, keyPath) !== keyPathFailure) return false
  if (canInjectKey(clone, keyPath)) {
    injectKey(clone, keyPath, generatedKey)
    return true
  }
  throw domException(
    'DataError',
    `A generated key cannot be stored at key path "${keyPath}": it leads to a value that is neither a plain object nor an array`,
  )
}
