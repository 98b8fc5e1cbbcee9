/** A transaction that someone wants to know of: see `monitor/`. Where nobody does there is none. */
import type { Happening, Monitor } from '../monitor/monitor.ts'
import { scopeOf, type Source } from './handles.ts'
import type { Cursor } from './records/cursor.ts'
import type { Request } from './request.ts'
import type { Transaction } from './transaction.ts'

/** null: it is told to no one. */
export function spanOf(transaction: Transaction): Span | null {
  const { monitor } = transaction.connection.factory
  if (!monitor) return null
  const isWanted = monitor.isAwake('transaction') || monitor.isAwake('request')
  return isWanted ? new Span(monitor, transaction) : null
}

/** One transaction's, from its beginning to its end. */
export class Span {
  readonly #monitor: Monitor
  readonly #happening: Happening
  readonly #requests = new Map<Request, Happening>()

  constructor(monitor: Monitor, transaction: Transaction) {
    const { connection, upgrade, mode } = transaction
    const stores = upgrade ? [] : Array.from(scopeOf(transaction), ({ name }) => name)
    this.#monitor = monitor
    this.#happening = monitor.begin({
      kind: 'transaction',
      database: connection.host.name,
      stores,
      mode,
    })
  }

  /** The request is made. */
  asked(request: Request): void {
    this.#happening.requests++
    if (!this.#monitor.isAwake('request')) return
    const { store, name, indexId } = sourceOf(request)
    const { database } = this.#happening
    const happening = this.#monitor.begin({
      kind: 'request',
      database,
      operation: request.reader.operation,
      store: store.name,
      ...(indexId > 0 && { index: name }),
      transaction: this.#happening,
    })
    this.#requests.set(request, happening)
  }

  /** Its answer is here. */
  answered(request: Request): void {
    this.#endRequest(request, request.failure ?? undefined)
  }

  /** The transaction is over. `error` undefined: it has committed. */
  ended(error?: unknown): void {
    for (const request of this.#requests.keys()) this.#endRequest(request, error)
    this.#monitor.end(this.#happening, error)
  }

  #endRequest(request: Request, error: unknown): void {
    const happening = this.#requests.get(request)
    this.#requests.delete(request)
    if (happening) this.#monitor.end(happening, error)
  }
}

/** What the request reads or writes: a cursor is one of it. */
function sourceOf({ source }: Request): Source {
  const known = source as Source | Cursor // There are no others.
  return 'source' in known ? known.source : known
}
