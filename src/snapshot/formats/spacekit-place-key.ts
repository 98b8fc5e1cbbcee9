import { canInjectKey, injectKey } from '../../keys/inject-key.ts'
import { convertValueToKey } from '../../keys/convert-value-to-key.ts'
import { evaluatePath } from '../../keys/evaluate-key-path.ts'

/**
 * Puts the key of a record where its store's key path points: JSON has lost the types of keys in values, and spacekit-js takes keys that
 * are not there. Of a list of key paths spacekit-js has taken the first alone; all have to be there.
 *
 * Gives why that is not possible; null: it is done.
 */
export function placeKey(
  value: unknown,
  keyPath: string | readonly string[],
  key: IDBValidKey,
): string | null {
  const [first = '', ...others] = typeof keyPath === 'string' ? [keyPath] : keyPath
  if (!canInjectKey(value, first)) return 'its value has no place for its key'
  injectKey(value, first, key)
  const lacking = others.find((path) => !hasKey(value, path))
  return lacking === undefined ? null : `its value has no key at "${lacking}"`
}

function hasKey(value: unknown, path: string): boolean {
  const found = evaluatePath(value, path)
  return typeof found !== 'symbol' && convertValueToKey(found) !== null
}
