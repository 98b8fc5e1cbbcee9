/** The errors of transactions that take no requests now, or none any more. */
import { type Place, placeHere } from '../explain/place.ts'
import { domException } from '../errors.ts'
import type { Subject, Trace } from '../explain/explainer.ts'
import { scopeOf } from './handles.ts'
import type { Transaction } from './transaction.ts'

/** Says what has become of it. `name`: as the specification names the error of the call. */
export function inactive(
  transaction: Transaction,
  name: 'TransactionInactiveError' | 'InvalidStateError' = 'TransactionInactiveError',
): DOMException {
  const { state, trace, hold } = transaction
  const reason = hold && state === 'inactive' ? keptAlive : reasons[state]
  const { title, facts } = subjectOf(transaction)
  const used = trace && placeHere().text
  const known = { code: 'ERR_IDB_TRANSACTION_INACTIVE', ...facts, ...trace?.facts() } as const
  const story = trace ? `; it was ${trace.story()}${used ? `, and used at ${used}` : ''}` : ''
  return domException(name, `${title} ${reason}${story}`, used ? { ...known, used } : known)
}

const ownRequestsOnly = 'await nothing in it but its own requests'

const keptAlive =
  'is not active: it is kept alive, and takes requests in the function that is given to ask()'

const reasons: Record<Transaction['state'], string> = {
  active: 'is active',
  inactive: `is not active: it takes requests in the turn that creates it and in its requests' listeners; ${ownRequestsOnly}`,
  committing: `is committing: it does so when no request is left; ${ownRequestsOnly}`,
  finished: `has finished: it does so when no request is left; ${ownRequestsOnly}`,
}

/** What follows a transaction that is made now, asked for at that place; null: the option `explain` is off. */
export function traceOf(transaction: Transaction, created: Place): Trace | null {
  const { explainer } = transaction.connection.factory
  return explainer?.follow(() => subjectOf(transaction), created) ?? null
}

/** A transaction as it is named. */
function subjectOf(transaction: Transaction): Subject {
  const { host } = transaction.connection
  const stores = transaction.upgrade
    ? []
    : Array.from(scopeOf(transaction), ({ name }) => name).slice(0, 20)
  const listed = stores.map((store) => `"${store}"`).join(', ')
  const title = transaction.upgrade
    ? `The upgrade transaction of database "${host.name}"`
    : `The transaction on ${listed} of database "${host.name}"`
  return { title, facts: { database: host.name, stores } }
}
