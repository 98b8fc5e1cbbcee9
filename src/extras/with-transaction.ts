/** Transactions that may await other work. */
import {
  aDatabase,
  aFunction,
  anObject,
  checkArguments,
  type Kind,
} from '../arguments/check-arguments.ts'
import { optionError } from '../errors.ts'
import type { IDBDatabase, IDBRequest, IDBTransaction } from '../api/global/interfaces.ts'
import type { KeptTransaction } from '../requests/kept-transaction.ts'
import { keepFor } from './kept-transactions.ts'
import { checkTimeLimit, TimeLimit } from './time-limit.ts'

/** How a patient transaction is made. */
export interface WithTransactionOptions {
  /** How long it may take, in milliseconds; then it is aborted. There is no default: others wait as long as it takes. */
  readonly timeLimit: number
  /** As of `IDBDatabase.transaction()`. */
  readonly durability?: 'default' | 'strict' | 'relaxed'
}

/**
 * Lets `make` make requests while the transaction is active. Gives the result of the request that `make` returns, or what the
 * promise that it returns resolves with. What `make` throws, or the promise rejects with, aborts the transaction.
 *
 * @throws TypeError for a request that is not of this transaction
 */
export type Ask = <Result>(
  make: () => IDBRequest<Result> | PromiseLike<Result> | Result,
) => Promise<Result>

/** What is done in a patient transaction. */
export type Action<Result> = (transaction: IDBTransaction, ask: Ask) => PromiseLike<Result> | Result

const limits: Kind = [anObject[0], 'an object with a `timeLimit` in milliseconds']

/**
 * Runs `action` in one transaction, which stays alive while `action` awaits other work, and commits when it is done. Resolves with
 * what `action` gives once the transaction has committed. What `action` throws aborts it, as a request's error does.
 *
 * @throws AbortError with the code ERR_IDB_TIME_LIMIT when it takes longer than `timeLimit`; TypeError for a limit that is none
 */
export async function withTransaction<Result>(
  db: IDBDatabase,
  stores: string | Iterable<string>,
  mode: 'readonly' | 'readwrite',
  action: Action<Result>,
  options: WithTransactionOptions,
): Promise<Result> {
  checkArguments('withTransaction()', {
    db: [db, aDatabase],
    action: [action, aFunction],
    options: [options, limits],
  })
  const limitMs = checkTimeLimit(options.timeLimit)
  const { durability = 'default' } = options
  const transaction = db.transaction(stores, mode, { durability })
  const [first] = transaction.objectStoreNames
  const kept = keepFor(transaction, transaction.objectStore(first as string)) // No scope is empty.
  const limit = new TimeLimit(kept, { limitMs, transaction, what: 'withTransaction()' })
  const ask = askIn({ kept, limit, transaction })
  try {
    const result = await Promise.race([runIn(transaction, ask, action), failureOf(kept)])
    await kept.finish()
    return result
  } catch (error) {
    kept.abort(error)
    throw error
  }
}

/** Rejects for what `action` throws at once, too. */
async function runIn<Result>(
  transaction: IDBTransaction,
  ask: Ask,
  action: Action<Result>,
): Promise<Result> {
  return action(transaction, ask)
}

/** Rejects when the transaction is aborted, and does nothing else. */
function failureOf({ ended }: KeptTransaction): Promise<never> {
  return new Promise((_, reject) => void ended.catch(reject))
}

interface Asking {
  readonly kept: KeptTransaction
  readonly limit: TimeLimit
  readonly transaction: IDBTransaction
}

function askIn({ kept, limit, transaction }: Asking): Ask {
  return async <Result>(make: () => IDBRequest<Result> | PromiseLike<Result> | Result) => {
    limit.asked()
    const made: { it?: ReturnType<typeof make> } = {}
    await kept.ask(() => {
      made.it = make()
      return pendingRequest(made.it, transaction)
    })
    const it = made.it as ReturnType<typeof make> // It was made.
    if (isRequest(it)) return outcomeOf(it)
    try {
      return await it
    } catch (error) {
      const reason = kept.reasonFor(error)
      // As if it had been thrown at once.
      kept.abort(reason)
      throw reason
    }
  }
}

/** What is to be waited for; undefined: no request of the transaction. @throws TypeError for a request of another one */
function pendingRequest(made: unknown, transaction: IDBTransaction): IDBRequest | undefined {
  if (!isRequest(made)) return undefined
  if (made.transaction !== transaction) {
    const whose = made.transaction ? 'another' : 'no'
    const message = `The function given to ask() has returned a request of ${whose} transaction; return one of the transaction that ask() is for, and await others outside of it`
    throw optionError('make', message)
  }
  // It may be one that was answered before.
  return made.readyState === 'pending' ? made : undefined
}

/** Of a request that is done. */
function outcomeOf<Result>({ error, result }: IDBRequest<Result>): Result {
  if (error) throw error
  return result
}

function isRequest(value: unknown): value is IDBRequest {
  return typeof value === 'object' && value !== null && 'readyState' in value && 'error' in value
}
