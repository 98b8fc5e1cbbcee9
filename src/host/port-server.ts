/** The owner's end of a port: a host for a realm that is not in this thread. */
import { type Failure, failure } from '../errors.ts'
import { Outbox } from './outbox.ts'
import { type Parcel, ParcelReader } from './parcel.ts'
import { readCall, writeAnswer } from './port-codec.ts'
import type { Answer, Call, HostPort } from './port-messages.ts'
import type {
  ConnectionListener,
  Host,
  HostConnection,
  HostTransaction,
  OpenListener,
  OperationReceiver,
  TransactionListener,
} from './protocol.ts'
import { unref } from './turn.ts'

/**
 * Serves `host` to the realm at the other end of `port`. When the port closes, the realm's transactions are aborted and
 * its connections closed. Serving alone does not keep the process alive: whoever waits for an answer does.
 */
export function serve(host: Host, port: HostPort): void {
  const client = new Client(host, new Outbox(port, writeAnswer))
  port.addEventListener('message', ({ data }) => {
    // Only `connectHost` posts here.
    const parcel = new ParcelReader(data as Parcel)
    while (!parcel.isAtEnd) client.receive(readCall(parcel))
  })
  port.addEventListener('messageerror', () => client.disconnect())
  port.addEventListener('close', () => client.disconnect())
  port.start?.()
  unref(port)
}

/** A connection of the realm, known until it is closed. */
interface ServedConnection {
  readonly connection: HostConnection
  readonly transactions: Set<number>
  closePending: boolean
}

/** One realm, as the owner sees it. */
class Client {
  readonly #host: Host
  readonly #outbox: Outbox<Answer>
  readonly #connections = new Map<number, ServedConnection>()
  readonly #transactions = new Map<number, HostTransaction>()
  /** Open and delete requests without an answer; one taken out is answered no more, and undone. */
  readonly #requests = new Set<number>()
  readonly #deliveries = new Map<number, () => void>()
  #lastDelivery = 0
  /** Called when the last connection is closed; null: the realm is not closing. */
  #closed: (() => void) | null = null

  constructor(host: Host, outbox: Outbox<Answer>) {
    this.#host = host
    this.#outbox = outbox
  }

  receive(call: Call): void {
    switch (call.type) {
      case 'databases':
        return this.#list(call.id)
      case 'open':
        this.#requests.add(call.id)
        return this.#host.open(call.name, call.version, this.#openListener(call.id))
      case 'delete':
        return this.#delete(call.id, call.name)
      case 'delivered':
        this.#deliveries.get(call.id)?.()
        return void this.#deliveries.delete(call.id)
      case 'createTransaction':
        return this.#createTransaction(call)
      case 'execute':
        return this.#transactions
          .get(call.id)
          ?.execute(call.operation, this.#operationReceiver(call.id))
      case 'commit':
        return this.#transactions.get(call.id)?.commit(call.failuresSeen)
      case 'abort':
        return this.#abort(call.id)
      case 'close':
        return this.#close(call.id)
      case 'forceClose':
        return this.#connections.get(call.id)?.connection.forceClose()
      case 'closeHost':
        return this.#closeAll(call.id)
    }
  }

  /** The realm is gone. */
  disconnect(): void {
    this.#requests.clear()
    for (const id of this.#transactions.keys()) this.#abort(id)
    for (const { connection } of this.#connections.values()) connection.forceClose()
    this.#connections.clear()
  }

  #list(id: number): void {
    this.#host.databases({
      done: (databases) => this.#outbox.post({ type: 'listed', id, databases }),
      failed: (reason) => this.#outbox.post({ type: 'requestFailed', id, failure: reason }),
    })
  }

  #delete(id: number, name: string): void {
    this.#requests.add(id)
    this.#host.delete(name, {
      blocked: (oldVersion) =>
        this.#outbox.post({ type: 'blocked', id, oldVersion, newVersion: null }),
      deleted: (oldVersion) => {
        if (this.#requests.delete(id)) this.#outbox.post({ type: 'deleted', id, oldVersion })
      },
      failed: (reason) => this.#failRequest(id, reason),
    })
  }

  #openListener(id: number): OpenListener {
    return {
      blocked: (oldVersion, newVersion) =>
        this.#outbox.post({ type: 'blocked', id, oldVersion, newVersion }),
      upgradeNeeded: (connection, transaction, oldVersion) => {
        this.#connect(id, connection)
        transaction.listen(this.#transactionListener(id, id))
        if (!this.#requests.has(id)) return transaction.abort()
        this.#addTransaction(id, id, transaction)
        const { schema, salvaged } = connection
        this.#outbox.post({ type: 'upgradeNeeded', id, schema, salvaged, oldVersion })
      },
      opened: (connection) => {
        if (!this.#connections.has(id)) this.#connect(id, connection)
        if (!this.#requests.delete(id)) return this.#close(id)
        const { schema, salvaged } = connection
        this.#outbox.post({ type: 'opened', id, schema, salvaged })
      },
      failed: (reason) => {
        this.#forget(id)
        this.#failRequest(id, reason)
      },
    }
  }

  #failRequest(id: number, reason: Failure): void {
    if (!this.#requests.delete(id)) return
    this.#outbox.post({ type: 'requestFailed', id, failure: reason })
  }

  #connect(id: number, connection: HostConnection): void {
    this.#connections.set(id, { connection, transactions: new Set(), closePending: false })
    connection.listen(this.#connectionListener(id))
  }

  #connectionListener(id: number): ConnectionListener {
    return {
      versionChange: (oldVersion, newVersion, delivered) => {
        const delivery = ++this.#lastDelivery
        this.#deliveries.set(delivery, delivered)
        this.#outbox.post({ type: 'versionChange', id, delivery, oldVersion, newVersion })
      },
      forceClosed: (reason) => {
        this.#forget(id)
        this.#outbox.post({ type: 'forceClosed', id, failure: reason })
      },
    }
  }

  #createTransaction(call: Extract<Call, { type: 'createTransaction' }>): void {
    const { id, connection, storeIds, mode, durability } = call
    const served = this.#connections.get(connection)
    if (!served) {
      const reason = failure('AbortError', 'The connection was closed by force')
      return this.#outbox.post({ type: 'aborted', id, failure: reason })
    }
    let isOver = false
    const listener = this.#transactionListener(id, connection)
    const transaction = served.connection.createTransaction(storeIds, mode, durability, {
      ...listener,
      aborted: (reason) => {
        isOver = true
        listener.aborted(reason)
      },
    })
    if (!isOver) this.#addTransaction(id, connection, transaction)
  }

  #addTransaction(id: number, connection: number, transaction: HostTransaction): void {
    this.#transactions.set(id, transaction)
    this.#connections.get(connection)?.transactions.add(id)
  }

  #transactionListener(id: number, connection: number): TransactionListener {
    return {
      wentAhead: () => this.#outbox.post({ type: 'wentAhead', id }),
      caughtUp: () => this.#outbox.post({ type: 'caughtUp', id }),
      committed: () => {
        this.#endTransaction(id, connection)
        this.#outbox.post({ type: 'committed', id })
      },
      aborted: (reason) => {
        this.#endTransaction(id, connection)
        this.#outbox.post({ type: 'aborted', id, failure: reason })
      },
    }
  }

  #operationReceiver(id: number): OperationReceiver {
    return {
      record: (record) => this.#outbox.post({ type: 'record', id, record }),
      done: (result) => this.#outbox.post({ type: 'done', id, result }),
      failed: (reason) => this.#outbox.post({ type: 'operationFailed', id, failure: reason }),
    }
  }

  #abort(id: number): void {
    const transaction = this.#transactions.get(id)
    if (!transaction) return
    this.#transactions.delete(id)
    transaction.abort()
    for (const [connection, { transactions }] of this.#connections) {
      if (transactions.has(id)) this.#endTransaction(id, connection)
    }
  }

  #endTransaction(id: number, connection: number): void {
    this.#transactions.delete(id)
    const served = this.#connections.get(connection)
    served?.transactions.delete(id)
    if (served?.closePending && served.transactions.size === 0) this.#forget(connection)
  }

  #close(id: number): void {
    const served = this.#connections.get(id)
    if (!served) return
    served.closePending = true
    served.connection.close()
    if (served.transactions.size === 0) this.#forget(id)
  }

  #forget(connection: number): void {
    this.#connections.delete(connection)
    if (this.#connections.size === 0) this.#closed?.()
  }

  /** As `Host.close`, for this realm alone: the directory belongs to others too. */
  #closeAll(id: number): void {
    const reason = failure('AbortError', 'The storage was closed')
    for (const request of this.#requests) {
      if (!this.#connections.has(request)) this.#failRequest(request, reason)
    }
    this.#closed = () => {
      this.#closed = null
      this.#outbox.post({ type: 'hostClosed', id })
    }
    for (const connection of this.#connections.keys()) this.#close(connection)
    if (this.#connections.size === 0) this.#closed?.()
  }
}
