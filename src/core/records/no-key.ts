import { domException, type IDBErrorFacts } from '../../errors.ts'
import { keysAre, whyNoKey } from '../../keys/text/why-no-key.ts'

/** DataError for what stands where a key belongs, which it names. */
export function noKey(
  message: string,
  value: unknown,
  facts: Pick<IDBErrorFacts, 'store' | 'keyPath'> = {},
): DOMException {
  const found = whyNoKey(value)
  const known = { code: 'ERR_IDB_INVALID_KEY', ...facts, found } as const
  return domException('DataError', `${message}: it is ${found}; ${keysAre}`, known)
}
