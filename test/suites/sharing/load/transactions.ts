/** Transactions that leave a record of themselves, and how they end. */
import { causeOf } from './causes.ts'

/** How a transaction ended. */
export type Ending =
  | { readonly committed: true }
  | { readonly committed: false; readonly error: string; readonly code: string | null }

/** What is given to the work of a transaction. */
export interface Work {
  readonly transaction: IDBTransaction
  store(name: string): IDBObjectStore
}

/** Which transaction. */
export interface Wish {
  readonly stores: readonly string[]
  readonly mode: IDBTransactionMode
  readonly durability?: IDBTransactionDurability
}

/** Runs `work`, whose own failures count for nothing when the transaction ends. Never rejects because of an abort. */
export async function transact(
  database: IDBDatabase,
  { stores, mode, durability = 'default' }: Wish,
  work: (work: Work) => Promise<void>,
): Promise<Ending> {
  const transaction = database.transaction(stores, mode, { durability })
  const ending = endingOf(transaction)
  const store = (name: string): IDBObjectStore => transaction.objectStore(name)
  const failed = await work({ transaction, store }).then(
    () => null,
    (error: unknown) => ({ error }),
  )
  const ended = await ending
  // A request's error aborts its transaction; one that committed all the same did something else than it was to do.
  if (ended.committed && failed) throw failed.error
  return ended
}

/** Resolves when the transaction is over. */
function endingOf(transaction: IDBTransaction): Promise<Ending> {
  return new Promise((resolve) => {
    transaction.oncomplete = () => resolve({ committed: true })
    transaction.onabort = () => resolve(abortedBy(transaction.error))
  })
}

/** The ending for an error; null: script called abort(). */
export function abortedBy(error: unknown): Ending {
  if (error === null) return { committed: false, error: 'abort()', code: null }
  return { committed: false, error: String(error), code: causeOf(error)?.code ?? null }
}
