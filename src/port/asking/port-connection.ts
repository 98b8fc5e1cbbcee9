/** A connection to a host at the other end of a port, as the realm holds it. */
import type { Failure } from '../../errors.ts'
import type { KeptPlace } from '../../kept-objects/kept-store.ts'
import { type PortCaller, PortTransaction } from '../handles.ts'
import type { Call } from '../messages.ts'
import type { ChangeListener, WatchedStore } from '../../protocol/changes.ts'
import type { DatabaseCounters } from '../../protocol/load.ts'
import type {
  ConnectionListener,
  CopyListener,
  DatabaseSchema,
  Durability,
  HostConnection,
  HostCopy,
  HostTransaction,
  Receiver,
  SalvageReport,
  StorageLimits,
  TransactionListener,
} from '../../protocol/protocol.ts'
import { watchAt } from './watch.ts'

/** What the owner says of a connection. */
type PortConnectionFacts = Pick<
  HostConnection,
  'name' | 'schema' | 'limits' | 'salvaged' | 'keptAt'
> & {
  readonly id: number
  readonly incarnation?: number | null
}

/** A connection; what the port brings goes to its listener. */
export class PortConnection implements HostConnection {
  readonly name: string
  readonly isRemote = true
  readonly readAhead = null
  readonly schema: DatabaseSchema
  readonly limits: StorageLimits
  readonly salvaged: SalvageReport | null
  readonly keptAt: KeptPlace | null
  readonly closed: Promise<void>
  readonly #caller: PortCaller
  readonly #id: number
  readonly #incarnation: number | null
  #listener: ConnectionListener | null = null
  #isClosing = false
  #isClosedByRealm = false
  #hasEnded = false
  /** Whether the realm has asked for its end, and counts as awaiting it. */
  #isEndAwaited = false
  #resolveClosed = (): void => {}

  constructor(
    caller: PortCaller,
    { id, name, schema, limits, salvaged, keptAt, incarnation = null }: PortConnectionFacts,
  ) {
    this.name = name
    this.schema = schema
    this.limits = limits
    this.salvaged = salvaged
    this.keptAt = keptAt
    this.#caller = caller
    this.#id = id
    this.#incarnation = incarnation
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
  }

  identify(): number | null {
    return this.#incarnation
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener
  }

  createTransaction(
    storeIds: readonly number[],
    mode: 'readonly' | 'readwrite',
    durability: Durability,
    listener: TransactionListener,
    resumes = false,
  ): HostTransaction {
    const id = this.#caller.nextId()
    const place = { storeIds, mode, durability, resumes }
    this.#caller.call({ type: 'createTransaction', id, connection: this.#id, ...place })
    return new PortTransaction(this.#caller, { id, mode, listener })
  }

  watch(watched: readonly WatchedStore[], listener: ChangeListener): () => void {
    if (this.#hasEnded) return () => {}
    const { closed } = this
    return watchAt(this.#caller, { id: this.#id, closed }, watched, listener)
  }

  copy(listener: CopyListener): HostCopy {
    return this.#caller.copies.begin(this.#id, listener)
  }

  inspect(receiver: Receiver<DatabaseCounters>): void {
    this.#caller.inspect(this.#id, receiver)
  }

  abortOf(listener: TransactionListener): void {
    this.#caller.transactionOf(listener)?.abort()
  }

  close(): void {
    this.#isClosedByRealm = true
    this.#awaitEnd()
    this.#caller.call({ type: 'close', id: this.#id })
  }

  shutDown(): void {
    if (this.#isClosing || this.#isClosedByRealm) return
    this.closing()
    this.#awaitEnd()
    this.#caller.call({ type: 'shutDown', id: this.#id })
  }

  forceClose(): void {
    this.#caller.call({ type: 'forceClose', id: this.#id })
  }

  /** Where the realm has opened it; null: it does not say. */
  get opened(): string | null {
    return this.#listener?.holding?.().opened ?? null
  }

  versionChange(...change: Parameters<ConnectionListener['versionChange']>): void {
    this.#listener?.versionChange(...change)
  }

  closing(): void {
    this.#isClosing = true
    this.#listener?.closing()
  }

  /** The last thing it is told. */
  ended(reason: Failure | null): void {
    this.#hasEnded = true
    if (this.#isEndAwaited) this.#caller.await(-1)
    this.#listener?.closed(reason)
    this.#resolveClosed()
  }

  /** Its host is gone, which is no news to a realm that has closed it. */
  lost(reason: Failure): void {
    this.closing()
    this.ended(this.#isClosedByRealm ? null : reason)
  }

  /** The close of a factory waits for it, and the process must not end before. */
  #awaitEnd(): void {
    if (this.#hasEnded || this.#isEndAwaited) return
    this.#isEndAwaited = true
    this.#caller.await(1)
  }
}

/** What the owner is told when a connection, if it is still there, has heard of a version change. */
export function deliveredOf(delivery: number, connection: PortConnection | undefined): Call {
  const opened = connection?.opened ?? null
  return { type: 'delivered', id: delivery, ...(opened !== null && { opened }) }
}
