/** Requests and transactions as promises, for tests. */

/** The request's result; rejects with its error. */
export function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}

/** Resolves when the transaction completes; rejects with its error when it aborts. */
export function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error))
  })
}

/** Opens a database, made by `upgrade` when it is new or of a lower version. */
export function openDatabase(
  indexedDB: IDBFactory,
  upgrade: (database: IDBDatabase, transaction: IDBTransaction) => void,
  { name = 'test', version = 1 }: { name?: string; version?: number } = {},
): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version)
  request.onupgradeneeded = () => {
    if (!request.transaction) throw new Error('an upgrade without a transaction')
    upgrade(request.result, request.transaction)
  }
  return resultOf(request)
}

/** All positions of a cursor, as script sees them. */
export async function walk<Item>(
  request: IDBRequest<IDBCursorWithValue | null>,
  visit: (cursor: IDBCursorWithValue) => Item,
): Promise<Item[]> {
  const items: Item[] = []
  await new Promise<void>((resolve, reject) => {
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) return resolve()
      items.push(visit(cursor))
      cursor.continue()
    }
  })
  return items
}
