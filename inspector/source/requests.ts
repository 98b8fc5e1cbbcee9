/** Requests and transactions as promises. */

export function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = (event) => {
      // The failure is told here; the page need not report it, too.
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

/** The object store or index of a place, in a transaction that only reads. */
export function readerOf(
  connection: IDBDatabase,
  { store, index }: { store: string; index: string | null },
): IDBObjectStore | IDBIndex {
  const objectStore = connection.transaction(store).objectStore(store)
  return index === null ? objectStore : objectStore.index(index)
}
