/** Requests and transactions as promises. */

/** The result of a request. @throws its error */
export function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}

/** Resolves when the transaction has completed. @throws the reason of an abort; AbortError for a call of `abort()` */
export function completionOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => {
      reject(transaction.error ?? new DOMException('The script aborted it', 'AbortError'))
    })
  })
}

/** Calls `visit` at each record the cursor comes to, until there is none. */
export function walk<Cursor extends IDBCursor>(
  request: IDBRequest<Cursor | null>,
  visit: (cursor: Cursor) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    request.addEventListener('error', () => reject(request.error))
    request.addEventListener('success', () => {
      const cursor = request.result
      if (!cursor) return resolve()
      visit(cursor)
      cursor.continue()
    })
  })
}

/** The name of what a call throws or a promise rejects with; `none` when all goes well. */
export async function errorNameOf(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'none'
  } catch (error) {
    return error instanceof Error || error instanceof DOMException ? error.name : String(error)
  }
}

/** Opens a database that is there. Another tab may have deleted it since: then this makes no empty one in its place. */
export function openExisting(indexedDB: IDBFactory, name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name)
  request.addEventListener('upgradeneeded', () => request.transaction?.abort())
  return resultOf(request)
}
