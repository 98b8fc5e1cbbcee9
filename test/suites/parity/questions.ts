/** Writes what handles and requests say of themselves. */
import { describe, errorName } from './describe.ts'
import { type Run, type TransactionState, attempt, write } from './run.ts'

/** Writes what handles say about the transaction and its schema, stale handles included. */
export function inspect(run: Run, transaction: TransactionState): void {
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
export function peek(run: Run, transaction: TransactionState): void {
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
