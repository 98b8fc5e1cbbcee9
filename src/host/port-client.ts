/** The realm's end of a port: a `Host` that lives in another thread. */
import { type Failure, failure } from '../errors.ts'
import { Outbox } from './outbox.ts'
import { type Parcel, ParcelReader } from './parcel.ts'
import { readAnswer, writeCall } from './port-codec.ts'
import { type PortCaller, PortConnection, PortTransaction } from './port-handles.ts'
import type { Answer, Call, HostPort } from './port-messages.ts'
import type { DeleteListener, Host, OpenListener, Receiver } from './protocol.ts'
import { ref, unref } from './turn.ts'

/**
 * The host that `serve` serves at the other end of `port`. The port keeps the process alive while an answer is awaited.
 * When it closes, everything fails as if closed by force.
 */
export function connectHost(port: HostPort): Host {
  const host = new PortHost(port)
  port.addEventListener('message', ({ data }) => {
    // Only `serve` posts here.
    const parcel = new ParcelReader(data as Parcel)
    while (!parcel.isAtEnd) host.receive(readAnswer(parcel))
  })
  port.addEventListener('messageerror', () => host.disconnect())
  port.addEventListener('close', () => host.disconnect())
  port.start?.()
  unref(port)
  return host
}

type Listings = readonly { readonly name: string; readonly version: number }[]

/** Whoever waits for the answer to a request. */
type Waiting =
  | { readonly type: 'databases'; readonly receiver: Receiver<Listings> }
  | { readonly type: 'open'; readonly name: string; readonly listener: OpenListener }
  | { readonly type: 'delete'; readonly listener: DeleteListener }
  | { readonly type: 'close'; readonly resolve: () => void }

class PortHost implements Host, PortCaller {
  readonly #port: HostPort
  readonly #outbox: Outbox<Call>
  readonly #waiting = new Map<number, Waiting>()
  readonly #connections = new Map<number, PortConnection>()
  readonly #transactions = new Map<number, PortTransaction>()
  #lastId = 0
  #awaitedCount = 0
  #isGone = false

  constructor(port: HostPort) {
    this.#port = port
    this.#outbox = new Outbox(port, writeCall)
  }

  databases(receiver: Receiver<Listings>): void {
    const id = this.#wait({ type: 'databases', receiver })
    this.call({ type: 'databases', id })
  }

  open(name: string, version: number | undefined, listener: OpenListener): void {
    const id = this.#wait({ type: 'open', name, listener })
    this.call({ type: 'open', id, name, ...(version !== undefined && { version }) })
  }

  delete(name: string, listener: DeleteListener): void {
    const id = this.#wait({ type: 'delete', listener })
    this.call({ type: 'delete', id, name })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      const id = this.#wait({ type: 'close', resolve })
      this.call({ type: 'closeHost', id })
    })
  }

  nextId(): number {
    return ++this.#lastId
  }

  call(call: Call): void {
    if (this.#isGone) queueMicrotask(() => this.disconnect())
    else this.#outbox.post(call)
  }

  await(count: number): void {
    const previous = this.#awaitedCount
    this.#awaitedCount += count
    if (previous === 0 && this.#awaitedCount > 0) ref(this.#port)
    if (this.#awaitedCount === 0) unref(this.#port)
  }

  adopt(transaction: PortTransaction): void {
    this.#transactions.set(transaction.id, transaction)
  }

  release({ id }: PortTransaction): void {
    this.#transactions.delete(id)
  }

  /** Answers for what is over on this side are on their way for a while; they are dropped. */
  receive(answer: Answer): void {
    const { id } = answer
    switch (answer.type) {
      case 'versionChange':
        return this.#versionChange(answer)
      case 'forceClosed':
        this.#connections.get(id)?.forceClosed(answer.failure)
        return void this.#connections.delete(id)
      case 'done':
        return this.#transactions.get(id)?.done(answer.result)
      case 'record':
        return this.#transactions.get(id)?.record(answer.record)
      case 'operationFailed':
        return this.#transactions.get(id)?.failed(answer.failure)
      case 'wentAhead':
        return this.#transactions.get(id)?.wentAhead()
      case 'caughtUp':
        return this.#transactions.get(id)?.caughtUp()
      case 'committed':
        return this.#transactions.get(id)?.committed()
      case 'aborted':
        return this.#transactions.get(id)?.aborted(answer.failure)
      default:
        return this.#answerRequest(answer)
    }
  }

  /** The port is closed: nobody is there to answer. */
  disconnect(): void {
    this.#isGone = true
    const reason = failure('UnknownError', 'The thread that owns the storage is gone')
    for (const transaction of this.#transactions.values()) transaction.aborted(reason)
    for (const [id, connection] of this.#connections) {
      this.#connections.delete(id)
      connection.forceClosed(reason)
    }
    for (const [id, waiting] of this.#waiting) {
      this.#stopWaiting(id)
      failWaiting(waiting, reason)
    }
  }

  #wait(waiting: Waiting): number {
    const id = this.nextId()
    this.#waiting.set(id, waiting)
    this.await(1)
    return id
  }

  #stopWaiting(id: number): void {
    if (this.#waiting.delete(id)) this.await(-1)
  }

  #versionChange(change: Extract<Answer, { type: 'versionChange' }>): void {
    const { id, delivery, oldVersion, newVersion } = change
    const delivered = () => this.call({ type: 'delivered', id: delivery })
    const connection = this.#connections.get(id)
    if (connection) connection.versionChange(oldVersion, newVersion, delivered)
    else delivered()
  }

  #answerRequest(answer: Exclude<Answer, { type: TransactionAnswer }>): void {
    const waiting = this.#waiting.get(answer.id)
    if (!waiting) return
    if (answer.type === 'blocked') return tellBlocked(waiting, answer)
    if (answer.type === 'upgradeNeeded') return this.#upgradeNeeded(waiting, answer)
    this.#stopWaiting(answer.id)
    if (answer.type === 'requestFailed') {
      this.#connections.delete(answer.id)
      failWaiting(waiting, answer.failure)
    } else if (answer.type === 'opened' && waiting.type === 'open') {
      const known = this.#connections.get(answer.id)
      waiting.listener.opened(known ?? this.#connect(waiting.name, answer))
    } else if (answer.type === 'deleted' && waiting.type === 'delete') {
      waiting.listener.deleted(answer.oldVersion)
    } else if (answer.type === 'listed' && waiting.type === 'databases') {
      waiting.receiver.done(answer.databases)
    } else if (answer.type === 'hostClosed' && waiting.type === 'close') {
      waiting.resolve()
    } else {
      throw new Error(`unreachable: "${answer.type}" answers a request of type "${waiting.type}"`)
    }
  }

  #upgradeNeeded(waiting: Waiting, answer: Extract<Answer, { type: 'upgradeNeeded' }>): void {
    if (waiting.type !== 'open') throw new Error('unreachable: an upgrade nobody asked for')
    const connection = this.#connect(waiting.name, answer)
    const transaction = new PortTransaction(this, answer.id, null)
    waiting.listener.upgradeNeeded(connection, transaction, answer.oldVersion)
  }

  #connect(
    name: string,
    { id, schema, salvaged }: Extract<Answer, { type: 'opened' | 'upgradeNeeded' }>,
  ): PortConnection {
    const forget = () => this.#connections.delete(id)
    const connection = new PortConnection(this, { id, name, schema, salvaged, forget })
    this.#connections.set(id, connection)
    return connection
  }
}

type TransactionAnswer =
  | 'versionChange'
  | 'forceClosed'
  | 'done'
  | 'record'
  | 'operationFailed'
  | 'wentAhead'
  | 'caughtUp'
  | 'committed'
  | 'aborted'

function tellBlocked(waiting: Waiting, answer: Extract<Answer, { type: 'blocked' }>): void {
  const { oldVersion, newVersion } = answer
  if (waiting.type === 'delete') waiting.listener.blocked(oldVersion)
  if (waiting.type === 'open') waiting.listener.blocked(oldVersion, newVersion ?? 0)
}

function failWaiting(waiting: Waiting, reason: Failure): void {
  if (waiting.type === 'databases') waiting.receiver.failed(reason)
  // Nobody is there any more whom it could disturb: closed is closed.
  else if (waiting.type === 'close') waiting.resolve()
  else waiting.listener.failed(reason)
}
