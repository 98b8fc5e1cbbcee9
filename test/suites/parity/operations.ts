/** Performs the operations of a transaction and listens to their requests. */
import { decode } from './program/decode.ts'
import { describe, errorName } from './describe.ts'
import type { CursorOp, Listeners, Op, RequestOp, SchemaOp } from './program/program.ts'
import {
  ListenerError,
  type Run,
  type TransactionState,
  attempt,
  begin,
  end,
  eventText,
  write,
} from './run.ts'
import { startTransaction } from './transactions.ts'

/** Where an operation is performed. */
export interface Place {
  readonly transaction: TransactionState
  /** The cursor of the nearest request above that has one. */
  readonly cursor: IDBCursor | null
  /** The event being handled; null outside of listeners. */
  readonly event: Event | null
}

/** Written when a transaction was told to commit. */
export const committed = 'commit() done'

/** @throws ListenerError at a `throw` operation; what follows it is not performed */
export function perform(run: Run, ops: readonly Op[], place: Place): void {
  for (const op of ops) performOne(run, op, place)
}

function performOne(run: Run, op: Op, place: Place): void {
  const { transaction } = place
  const { stream } = transaction
  switch (op.do) {
    case 'request':
      return performRequest(run, op, place)
    case 'cursor':
      return moveCursor(run, op, place)
    case 'abort':
      return void attempt(run, stream, 'abort()', () => transaction.handle.abort())
    case 'commit':
      return void attempt(run, stream, 'commit()', () => {
        transaction.handle.commit()
        transaction.isCommitted = true
        write(run, stream, committed)
      })
    case 'throw':
      run.operations++
      if (place.event) throw new ListenerError('A listener of the program throws')
      return
    case 'prevent':
      return place.event?.preventDefault()
    case 'stop':
      return place.event?.stopPropagation()
    case 'close':
      if (mayReachOut(run, transaction)) transaction.connection.handle.close()
      return
    case 'inspect':
      return inspect(run, transaction)
    case 'peek':
      return peek(run, transaction)
    case 'microtask':
      return postpone(run, op.ops, place)
    case 'transaction':
      if (!mayReachOut(run, transaction)) return
      return startTransaction(run, transaction.database, transaction.connection, {
        ...op,
        stream: `${stream}+${transaction.database.transactions.length}`,
      })
    default:
      return changeSchema(run, op, transaction)
  }
}

/** Where several transactions run, one that started others or closed the connection would do so at a time left open. */
function mayReachOut(run: Run, transaction: TransactionState): boolean {
  return run.round.kind === 'chain' || transaction.isUpgrade
}

function postpone(run: Run, ops: readonly Op[], place: Place): void {
  begin(run)
  queueMicrotask(() => {
    try {
      perform(
        run,
        ops.filter((op) => op.do !== 'throw'),
        place,
      )
    } finally {
      end(run)
    }
  })
}

function performRequest(run: Run, op: RequestOp, place: Place): void {
  const { transaction } = place
  const { stream } = transaction
  const source = attempt(run, stream, pathOf(op), () => sourceOf(transaction, op))
  if (!source) return
  const title = `${pathOf(op)}.${op.method}`
  const request = attempt(run, stream, title, () => {
    const args = op.args.map((it) => decode(it, run.environment))
    // A program may name any method of a store or index; all that it names return requests.
    const methods = source as unknown as Record<string, (...args: unknown[]) => IDBRequest>
    const method = methods[op.method]
    if (!method) throw new TypeError(`There is no ${op.method}`)
    return method.apply(source, args)
  })
  if (!request) return
  if (request.source !== source || request.transaction !== transaction.handle) {
    write(run, stream, `${title} has another source or transaction`)
  }
  const positions = [...(op.positions ?? [])]
  listen(run, request, title, op, place, () => positions.shift() ?? [])
}

const pathOf = ({ store, index }: RequestOp): string =>
  index === undefined ? store : `${store}.${index}`

function sourceOf(transaction: TransactionState, op: RequestOp): IDBObjectStore | IDBIndex {
  const first = transaction.handles.get(pathOf(op))
  if (op.stale && first) return first
  const store = transaction.handle.objectStore(op.store)
  const source = op.index === undefined ? store : store.index(op.index)
  if (!first && !transaction.isCommitted) transaction.handles.set(pathOf(op), source)
  return source
}

function moveCursor(run: Run, op: CursorOp, place: Place): void {
  const { cursor, transaction } = place
  if (!cursor) return
  const result = attempt(run, transaction.stream, `cursor.${op.method}`, () => {
    const args = op.args.map((it) => decode(it, run.environment))
    // The five methods differ in their parameters, which a program may get wrong.
    const method = cursor[op.method] as (...args: unknown[]) => IDBRequest | undefined
    return method.apply(cursor, args)
  })
  if (!result) return
  if (result.source !== cursor) write(run, transaction.stream, 'the source is not the cursor')
  listen(run, result, `cursor.${op.method}`, op, place, () => [])
}

/** Writes the request's events, then performs what the program has for them. */
function listen(
  run: Run,
  request: IDBRequest,
  title: string,
  { success = [], error = [] }: Listeners,
  place: Place,
  nextPosition: () => readonly Op[],
): void {
  const { transaction } = place
  const { stream } = transaction
  const label = `#${++transaction.requestCount} ${title}`
  transaction.labels.set(request, label)
  transaction.lastRequest = request
  write(run, stream, `${label} placed`)
  request.addEventListener('success', (event) => {
    const { result } = request
    write(run, stream, `${label} ${eventText(event)} ${describe(result)}`)
    if (request.error !== null || event.target !== request) write(run, stream, 'wrong request')
    const cursor = isCursor(result) ? result : place.cursor
    const inner = { transaction, cursor, event }
    perform(run, success, inner)
    if (isCursor(result)) perform(run, nextPosition(), inner)
  })
  request.addEventListener('error', (event) => {
    write(run, stream, `${label} ${eventText(event)} ${errorName(request.error)}`)
    perform(run, error, { ...place, event })
  })
}

function isCursor(value: unknown): value is IDBCursor {
  return typeof value === 'object' && value !== null && 'advance' in value
}

function changeSchema(run: Run, op: SchemaOp, transaction: TransactionState): void {
  const database = transaction.connection.handle
  const { environment } = run
  attempt(run, transaction.stream, op.do, () => {
    switch (op.do) {
      case 'createObjectStore': {
        // Options may be wrong in any way.
        const options = decode(op.options, environment) as IDBObjectStoreParameters
        const store = database.createObjectStore(op.store, options)
        return transaction.handles.set(op.store, store)
      }
      case 'deleteObjectStore':
        return database.deleteObjectStore(op.store)
      case 'createIndex': {
        const keyPath = decode(op.keyPath, environment) as string
        const options = decode(op.options, environment) as IDBIndexParameters
        const store = transaction.handle.objectStore(op.store)
        const index = store.createIndex(op.index, keyPath, options)
        return transaction.handles.set(`${op.store}.${op.index}`, index)
      }
      case 'deleteIndex':
        return transaction.handle.objectStore(op.store).deleteIndex(op.index)
      case 'renameObjectStore':
        return (transaction.handle.objectStore(op.store).name = op.name)
      case 'renameIndex':
        return (transaction.handle.objectStore(op.store).index(op.index).name = op.name)
    }
  })
}

/** Writes what handles say about the transaction and its schema, stale handles included. */
function inspect(run: Run, transaction: TransactionState): void {
  const { handle, stream, connection } = transaction
  run.operations++
  write(
    run,
    stream,
    `${handle.mode} ${handle.durability} ${describe(handle.objectStoreNames)} of ${describe(connection.handle)}, error ${errorName(handle.error)}`,
  )
  for (const [path, source] of transaction.handles) {
    const properties =
      'indexNames' in source
        ? [source.keyPath, source.autoIncrement, source.indexNames]
        : [source.keyPath, source.unique, source.multiEntry]
    write(run, stream, `${path} is ${source.name} ${properties.map(describe).join(' ')}`)
  }
}

/** Writes what the last request says before or after its time. */
function peek(run: Run, transaction: TransactionState): void {
  const { lastRequest: request, stream } = transaction
  if (!request) return
  run.operations++
  attempt(run, stream, 'result', () =>
    write(run, stream, `${request.readyState} result ${describe(request.result)}`),
  )
  attempt(run, stream, 'error', () =>
    write(run, stream, `${request.readyState} error ${errorName(request.error)}`),
  )
}
