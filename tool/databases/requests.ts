/** Requests and transactions as promises. */
import type { IDBRequest, IDBTransaction } from 'idb-everywhere'

/** What the request gives. */
export function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = (event) => {
      // The failure is told here.
      event.preventDefault()
      reject(request.error ?? new Error('The request failed'))
    }
  })
}

/** Resolves when the transaction has committed. */
export function completionOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () =>
      reject(transaction.error ?? new Error('The transaction was aborted'))
  })
}
