/** Options that used to have another name. The former name still works and does not warn; its type says that it is deprecated. */
import { optionError } from '../errors.ts'
import type { IndexedDBOptions } from './indexeddb-options.ts'

/** Former name → the name. */
export const formerNames = {
  onLocked: 'ifLocked',
  onCorrupt: 'ifCorrupt',
  quota: 'quotaBytes',
  check: 'integrityCheck',
} as const

/** Options under the names they have now. */
export type NamedOptions = Omit<IndexedDBOptions, keyof typeof formerNames>

/** The same options under the names they have now. @throws TypeError where one is given under both */
export function underPresentNames(options: IndexedDBOptions): NamedOptions {
  const named: Record<string, unknown> = Object.assign(Object.create(null), options)
  for (const [former, name] of Object.entries(formerNames)) {
    const value = named[former]
    delete named[former]
    if (value === undefined) continue
    if (named[name] !== undefined) throw givenTwice(former, name)
    named[name] = value
  }
  return named
}

function givenTwice(former: string, name: string): TypeError {
  const message = `Option "${former}" is the former name of "${name}", which is given as well; leave "${former}" out`
  return optionError(former, message)
}
