/** Performs the operations of a transaction and listens to their requests. */
import { decode } from './program/decode.ts'
import { describe, errorName } from './describe.ts'
import type { CursorOp, Listeners, Op, RequestOp, TransactionStep } from './program/program.ts'
import { inspect, peek } from './questions.ts'
import {
  type ConnectionState,
  type DatabaseState,
  ListenerError,
  type Run,
  type TransactionState,
  attempt,
  begin,
  end,
  eventText,
  write,
} from './run.ts'
import { changeSchema } from './schema-operations.ts'
import { watchTransaction } from './transactions.ts'

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

/** Long, as it is flat: one case for each kind of operation. */
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

/** Starts a transaction and performs its operations. */
export function startTransaction(
  run: Run,
  database: DatabaseState,
  connection: ConnectionState,
  step: Omit<TransactionStep, 'db' | 'connection' | 'do'> & { readonly stream: string },
): void {
  const { environment } = connection
  const handle = attempt(run, step.stream, 'transaction', () =>
    connection.handle.transaction(
      // Programs pass wrong arguments, too.
      decode(step.stores, environment) as string[],
      decode(step.mode ?? ['undefined'], environment) as IDBTransactionMode,
      decode(step.options ?? ['undefined'], environment) as IDBTransactionOptions,
    ),
  )
  if (!handle) return
  for (const request of database.pendingRequests) request.ranBesideTransaction = true
  const transaction = watchTransaction(run, database, connection, {
    handle,
    stream: step.stream,
    isUpgrade: false,
    ended: (ended, event) => performAt(run, step.ended ?? [], ended, event),
    error: step.transactionError,
  })
  perform(run, step.ops, { transaction, cursor: null, event: null })
}

/** Performs the operations for an event that has no cursor. */
export function performAt(
  run: Run,
  ops: readonly Op[],
  transaction: TransactionState,
  event: Event,
): void {
  perform(run, ops, { transaction, cursor: null, event })
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
    const args = op.args.map((it) => decode(it, transaction.connection.environment))
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
    const args = op.args.map((it) => decode(it, transaction.connection.environment))
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
