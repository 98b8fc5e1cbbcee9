/** Writes what happens to transactions. */
import { errorName } from './describe.ts'
import type { Reaction } from './program/program.ts'
import {
  type ConnectionState,
  type DatabaseState,
  type Run,
  type TransactionState,
  begin,
  end,
  eventText,
  react,
  write,
} from './run.ts'

interface Watched {
  readonly handle: IDBTransaction
  readonly stream: string
  readonly isUpgrade: boolean
  /** Performs what the program has for the end. */
  readonly ended: (transaction: TransactionState, event: Event) => void
  readonly error: Reaction | undefined
}

/** Listens to the transaction until it ends. */
export function watchTransaction(
  run: Run,
  database: DatabaseState,
  connection: ConnectionState,
  { handle, stream, isUpgrade, ended, error }: Watched,
): TransactionState {
  const transaction: TransactionState = {
    handle,
    stream,
    database,
    connection,
    isUpgrade,
    hasEnded: false,
    isCommitted: false,
    requestCount: 0,
    handles: new Map(),
    lastRequest: null,
    labels: new WeakMap([[handle, 'transaction']]),
  }
  const earlier = [...database.transactions]
  database.transactions.push(transaction)
  begin(run)
  const writeEvent = (how: string, event: Event): void =>
    write(run, stream, `${how} ${eventText(event)} of ${labelOf(transaction, event.target)}`)

  let isFirst = true
  const checkOrder = (): void => {
    if (!isFirst) return
    isFirst = false
    for (const other of earlier.filter((it) => conflict(it, transaction) && !it.hasEnded)) {
      write(run, stream, `starts before ${other.stream} has ended`)
    }
  }
  handle.addEventListener('success', checkOrder, true)
  if (run.program.capture) {
    for (const type of ['success', 'error', 'complete', 'abort']) {
      handle.addEventListener(type, (event) => writeEvent('captured', event), true)
    }
  }
  handle.addEventListener('error', (event) => {
    writeEvent('transaction:', event)
    react(event, error)
  })
  const finish = (event: Event): void => {
    writeEvent('transaction:', event)
    write(run, stream, `error ${errorName(handle.error)}`)
    transaction.hasEnded = true
    if (event.type === 'complete') connection.isUpgraded = true
    end(run)
    ended(transaction, event)
  }
  handle.addEventListener('complete', finish)
  handle.addEventListener('abort', finish)
  return transaction
}

export function labelOf(transaction: TransactionState, target: EventTarget | null): string {
  if (!target) return 'nothing'
  return transaction.labels.get(target) ?? 'an unknown target'
}

/** Whether the later of two transactions has to wait for the earlier. */
function conflict(one: TransactionState, other: TransactionState): boolean {
  if (one.handle.mode === 'readonly' && other.handle.mode === 'readonly') return false
  const names = new Set(one.handle.objectStoreNames)
  return [...other.handle.objectStoreNames].some((name) => names.has(name))
}
