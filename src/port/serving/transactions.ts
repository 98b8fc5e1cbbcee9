/** The transactions of a realm at the other end of a port. */
import { type Failure, failure } from '../../errors.ts'
import {
  applySchemaChange,
  type DatabaseSchema,
  type HostConnection,
  type HostTransaction,
  type Operation,
  type TransactionListener,
} from '../../protocol/protocol.ts'
import { Budget } from '../flow/budget.ts'
import type { ServedReceiver } from '../flow/scan-in-pieces.ts'
import { ScanTurns } from '../flow/scan-turns.ts'
import type { SendWindow } from '../flow/send-window.ts'
import {
  type ClientFlow,
  type ServedRights,
  ServedTransaction,
} from '../flow/served-transaction.ts'
import { demand } from '../malformed.ts'
import type { Answer, Call } from '../messages.ts'
import { checkOperation, checkScope } from './check-operation.ts'

/** A connection of the realm, known until it is closed. */
export interface ServedConnection {
  readonly connection: HostConnection
  /** As its upgrade has made it. */
  schema: DatabaseSchema
}

/** How many transactions a realm may have at a time. Each takes about a KiB. */
const mostTransactions = 200_000

type CommitCall = Extract<Call, { type: 'commit' | 'offerCommit' }>

/** One realm's transactions, by their ids. Whatever a call asks of one that is over is not done, as the realm may not know yet. */
export class ServedTransactions {
  readonly #connections: ReadonlyMap<number, ServedConnection>
  readonly #post: (answer: Answer) => void
  readonly #flow: ClientFlow
  /** Known until they are over. */
  readonly #transactions = new Map<number, ServedTransaction>()

  /** `connections`: the realm's. `post`: sends it an answer. `window`: how much it has not taken. */
  constructor(
    connections: ReadonlyMap<number, ServedConnection>,
    { post, window }: { post: (answer: Answer) => void; window: SendWindow },
  ) {
    this.#connections = connections
    this.#post = post
    this.#flow = { window, budget: new Budget(), turns: new ScanTurns() }
  }

  /** @throws Malformed for one that a realm cannot create */
  create(call: Extract<Call, { type: 'createTransaction' }>): void {
    const { id, connection, storeIds, mode, durability, resumes } = call
    const served = this.#connections.get(connection)
    if (!served) {
      const message = 'The connection was closed by force'
      const reason = failure('AbortError', message, { code: 'ERR_IDB_CLOSED' })
      return this.#post({ type: 'aborted', id, failure: reason })
    }
    demand(!this.#transactions.has(connection), 'creates a transaction during an upgrade')
    demand(this.#transactions.size < mostTransactions, 'asks for too many transactions')
    checkScope(storeIds, served.schema)
    let isOver = false
    const told = this.#transactionListener(id)
    const aborted = (reason: Failure): void => {
      isOver = true
      told.aborted(reason)
    }
    const listener = { ...told, aborted }
    const place = [storeIds, mode, durability, listener, resumes] as const
    const transaction = served.connection.createTransaction(...place)
    if (!isOver) this.#add(id, transaction, { connection, mode, storeIds })
  }

  /** The upgrade transaction of the connection with that id. */
  addUpgrade(id: number, transaction: HostTransaction): void {
    transaction.listen(this.#transactionListener(id))
    this.#add(id, transaction, { connection: id, mode: 'versionchange', storeIds: [] })
  }

  /** Whether that is the id of one. An upgrade transaction has that of its connection. */
  has(id: number): boolean {
    return this.#transactions.has(id)
  }

  /** @throws Malformed for what the transaction has no right to */
  execute(id: number, operation: Operation): void {
    const served = this.#transactions.get(id)
    if (!served) return
    served.demandIsOpen()
    const connection = this.#connections.get(served.rights.connection)
    if (!connection) throw new Error('unreachable: a transaction without its connection')
    const { mode, storeIds } = served.rights
    const { limits } = connection.connection
    const { schema } = connection
    checkOperation(operation, { mode, storeIds, schema, limits })
    if (operation.type === 'changeSchema') {
      connection.schema = applySchemaChange(connection.schema, operation.change)
    }
    served.execute(operation)
  }

  /** @throws Malformed for a second commit, or a mark where nothing can be written */
  commit({ id, failuresSeen, mark }: CommitCall): void {
    this.#transactions.get(id)?.commit(failuresSeen, mark)
  }

  /** It binds the realm to nothing: the host may decline. @throws Malformed as `commit()` */
  offerCommit({ id, failuresSeen, mark }: CommitCall): void {
    const isOffered = this.#transactions.get(id)?.offerCommit(failuresSeen, mark)
    if (isOffered === false) this.#post({ type: 'declined', id })
  }

  abort(id: number): void {
    const served = this.#transactions.get(id)
    if (!served) return
    this.#remove(id)
    served.abort()
  }

  /** The realm is gone. */
  abortAll(): void {
    this.#flow.turns.close()
    for (const id of this.#transactions.keys()) this.abort(id)
  }

  #add(id: number, transaction: HostTransaction, rights: ServedRights): void {
    const asked = { rights, receiver: this.#operationReceiver(id) }
    this.#transactions.set(id, new ServedTransaction(transaction, asked, this.#flow))
  }

  /** It is over: no answer comes to what it was asked. */
  #remove(id: number): void {
    this.#transactions.get(id)?.ended()
    this.#transactions.delete(id)
  }

  #transactionListener(id: number): TransactionListener {
    return {
      wentAhead: () => this.#post({ type: 'wentAhead', id }),
      caughtUp: () => this.#post({ type: 'caughtUp', id }),
      declined: () => this.#post({ type: 'declined', id }),
      committed: () => {
        this.#remove(id)
        this.#post({ type: 'committed', id })
      },
      aborted: (reason) => {
        this.#remove(id)
        this.#post({ type: 'aborted', id, failure: reason })
      },
    }
  }

  #operationReceiver(id: number): ServedReceiver {
    return {
      record: (record) => this.#post({ type: 'record', id, record }),
      longRecord: (record, sizeBytes) => this.#post({ type: 'longRecord', id, record, sizeBytes }),
      part: (record) => this.#post({ type: 'part', id, record }),
      done: (result) => this.#post({ type: 'done', id, result }),
      failed: (reason) => this.#post({ type: 'operationFailed', id, failure: reason }),
    }
  }
}
