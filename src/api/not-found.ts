/** NotFoundError of a name, which says the names there are. */
import { domException, type IDBErrorFacts } from '../errors.ts'
import { factsOfNames, namesThereAre } from '../explain/nearest-name.ts'

/** What was looked for, and where. */
export interface Sought {
  readonly wanted: string
  /** Those there are. */
  readonly names: readonly string[]
  readonly facts: Pick<IDBErrorFacts, 'database' | 'store'>
}

export function notFound(message: string, { wanted, names, facts }: Sought): DOMException {
  const known = { code: 'ERR_IDB_NO_SUCH_NAME', ...facts, ...factsOfNames(wanted, names) } as const
  return domException('NotFoundError', message + namesThereAre(wanted, names), known)
}
