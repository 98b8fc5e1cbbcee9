/** What every question does with IndexedDB. */

/** The result of a request. */
export function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Resolves when the transaction has completed. */
export function completionOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

/** Opens version 1. */
export function openDatabase(
  factory: IDBFactory,
  name: string,
  upgrade: (database: IDBDatabase) => void,
): Promise<IDBDatabase> {
  const request = factory.open(name, 1)
  request.onupgradeneeded = () => upgrade(request.result)
  return resultOf(request)
}

/** The values of one store, all put in one transaction. */
export function putAll(
  database: IDBDatabase,
  storeName: string,
  values: readonly unknown[],
): Promise<void> {
  const transaction = database.transaction(storeName, 'readwrite')
  const store = transaction.objectStore(storeName)
  for (const value of values) store.put(value)
  return completionOf(transaction)
}

/** Visits every record of a cursor; `visit` may advance it itself and returns whether it did. */
export function walk<Cursor extends IDBCursor>(
  request: IDBRequest<Cursor | null>,
  visit: (cursor: Cursor) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) return resolve()
      visit(cursor)
      cursor.continue()
    }
  })
}

/** @throws Error when a result is not what it must be. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected)) return
  throw new Error(`${what}: expected ${String(expected)}, got ${String(actual)}`)
}

/** The same for bytes, in a time that no row notices. @throws Error when they are not what they must be. */
export function expectSameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  expectSame(actual.length, expected.length, `the length of ${what}`)
  const at = actual.findIndex((byte, i) => byte !== expected[i])
  expectSame(at, -1, `the first difference in ${what}`)
}
