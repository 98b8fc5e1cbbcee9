/** Plays transactions on real databases, through what script sees, and compares the result of every request. */
import { IDBKeyRange } from '../../../src/index.ts'
import { isInline, type Planned, type PlannedTransaction, visitText } from './model.ts'
import {
  type Fields,
  indexKinds,
  type Range,
  type Source,
  type StoreName,
  storeKinds,
} from './program.ts'
import { textOf, valueOf } from './text.ts'

/** Resolves to what differs, null for nothing, when the transaction is over. Its requests are made before it returns, up to a cursor. */
export function playTransaction(
  database: IDBDatabase,
  { scope, mode, requests }: PlannedTransaction,
  { durability, isAborted }: { durability: IDBTransactionDurability; isAborted: boolean },
): Promise<string | null> {
  const transaction = database.transaction(scope, mode, { durability })
  const differences: string[] = []
  playRequests(transaction, requests, (planned, found) => {
    if (found !== planned.expected) differences.push(differenceOf(planned, found))
    if (isAborted && planned === requests.at(-1)) transaction.abort()
  })
  return new Promise((resolve) => {
    const end = (isExpected: boolean): void => {
      if (!isExpected)
        differences.push(`the transaction ended otherwise, with ${transaction.error}`)
      resolve(differences[0] ?? null)
    }
    transaction.oncomplete = () => end(!isAborted)
    transaction.onabort = () => end(isAborted && transaction.error === null)
  })
}

/** Makes the requests, before it returns as far as the first cursor; `made` hears each one's result. */
export function playRequests(
  transaction: IDBTransaction,
  requests: readonly Planned[],
  made: Made,
): void {
  let place = 0
  // A cursor's own requests come after those made already: none is made before it is done.
  const makeMore = (): void => {
    for (let planned = requests[place++]; planned; planned = requests[place++]) {
      const isCursor = 'visits' in planned.request
      if (!isCursor) {
        makeRequest(transaction, planned, made)
        continue
      }
      runCursor(transaction, planned, (cursor, found) => {
        made(cursor, found)
        makeMore()
      })
      return
    }
  }
  makeMore()
}

/** Makes or deletes a store or an index, whichever it is not. */
export function toggle(database: IDBDatabase, transaction: IDBTransaction, source: Source): void {
  const { store: name, index } = source
  if (index === null) {
    if (database.objectStoreNames.contains(name)) return database.deleteObjectStore(name)
    database.createObjectStore(name, storeKinds[name])
    return
  }
  const store = transaction.objectStore(name)
  if (store.indexNames.contains(index)) return store.deleteIndex(index)
  const { keyPath, ...options } = indexKinds[index]
  store.createIndex(index, keyPath, options)
}

type Made = (planned: Planned, found: string) => void

/** Makes a request that is not a cursor; `made` hears its result. */
function makeRequest(transaction: IDBTransaction, planned: Planned, made: Made): void {
  const request = start(transaction, planned)
  request.onsuccess = () => made(planned, textOf(plain(request.result)))
  request.onerror = (event) => {
    event.preventDefault()
    made(planned, request.error?.name ?? 'no error')
  }
}

function start(transaction: IDBTransaction, { request }: Planned): IDBRequest {
  const store = transaction.objectStore(request.store)
  switch (request.do) {
    case 'put':
    case 'add':
      return put(store, request)
    case 'delete':
      return store.delete(rangeOf(request.range) as IDBKeyRange) // never all
    case 'clear':
      return store.clear()
  }
  const source = request.index === null ? store : store.index(request.index)
  const query = rangeOf(request.range)
  if ('limit' in request) {
    const { limit, direction } = request
    const options = { query: query ?? null, direction, ...(limit > 0 && { count: limit }) }
    return (source as unknown as Listing)[request.do](options)
  }
  if ('visits' in request) throw new Error('unreachable: a cursor is no single request')
  return request.do === 'count' ? source.count(query) : source[request.do](query as IDBKeyRange) // never all
}

/** The platform's types do not know the options yet. */
type Listing = Record<
  'getAll' | 'getAllKeys' | 'getAllRecords',
  (options: { direction: IDBCursorDirection }) => IDBRequest
>

function put(
  store: IDBObjectStore,
  request: Planned['request'] & { do: 'put' | 'add' },
): IDBRequest {
  // The names are the program's.
  const name = store.name as StoreName
  const key = request.key ?? (store.autoIncrement ? null : 0)
  if (isInline({ name })) return store[request.do](valueOf(request.fields, key))
  return store[request.do](valueOf(request.fields, null), key ?? undefined)
}

/** Runs a cursor through its visits; `made` hears all it saw. */
function runCursor(transaction: IDBTransaction, planned: Planned, made: Made): void {
  const { request, visits } = planned
  if (!('visits' in request)) throw new Error('unreachable: not a cursor')
  const store = transaction.objectStore(request.store)
  const source = request.index === null ? store : store.index(request.index)
  const opening: IDBRequest = source[request.do](rangeOf(request.range), request.direction)
  const seen: string[] = []
  let place = 0
  opening.onsuccess = () => {
    const cursor = opening.result as IDBCursor | null // of either kind
    const visit = visits[place++]
    if (!cursor) return made(planned, [...seen, 'end'].join(' '))
    seen.push(visitText(cursor as Seen, (cursor as Partial<IDBCursorWithValue>).value))
    if (!visit) return made(planned, seen.join(' '))
    // The write comes before the move, as in the model.
    if (visit.write !== null) {
      writeAt(cursor, visit.write, (found) => {
        if (found !== visit.expected) seen.push(`write gave ${found} instead of ${visit.expected}`)
      })
    }
    if (visit.move === 'continue') cursor.continue()
    else if ('advance' in visit.move) cursor.advance(visit.move.advance)
    else cursor.continue(visit.move.to)
  }
}

/** A cursor's keys are keys of the program, or generated. */
type Seen = Parameters<typeof visitText>[0]

function writeAt(cursor: IDBCursor, write: 'delete' | Fields, made: (found: string) => void): void {
  const request = write === 'delete' ? cursor.delete() : update(cursor, write)
  request.onsuccess = () => made(textOf(request.result))
  request.onerror = (event) => {
    event.preventDefault()
    made(request.error?.name ?? 'no error')
  }
}

function update(cursor: IDBCursor, fields: Fields): IDBRequest {
  const store = 'objectStore' in cursor.source ? cursor.source.objectStore : cursor.source
  const { primaryKey } = cursor as Seen
  const isInlineStore = isInline({ name: store.name as StoreName })
  return cursor.update(valueOf(fields, isInlineStore ? primaryKey : null))
}

function rangeOf({ lower, upper }: Range): IDBKeyRange | undefined {
  if (lower === null && upper === null) return undefined
  if (lower === null) return IDBKeyRange.upperBound(upper)
  if (upper === null) return IDBKeyRange.lowerBound(lower)
  return lower === upper ? IDBKeyRange.only(lower) : IDBKeyRange.bound(lower, upper)
}

/** Records as plain objects, whose members have the order of the model's. */
function plain(result: unknown): unknown {
  if (!Array.isArray(result) || !(result[0] instanceof Object) || !('primaryKey' in result[0]))
    return result
  return (result as Seen[]).map((record) => ({
    key: record.key,
    primaryKey: record.primaryKey,
    value: (record as Seen & { value: unknown }).value,
  }))
}

function differenceOf({ request, expected }: Planned, found: string): string {
  return `${textOf(request)}\n  gave    ${found}\n  and not ${expected}`
}
