/** Transactions. https://w3c.github.io/IndexedDB/#transaction */
import { objectStoreHandle, scopeOf } from '../core/handles.ts'
import { type Hold, holdSymbol } from '../base/hold.ts'
import { holdTransaction } from '../core/hold.ts'
import { inactive } from '../core/inactive.ts'
import { Transaction } from '../core/transaction.ts'
import { type IDBRequest, requestHandle } from './IDBRequest.ts'
import { assertStackRoom } from '../base/stack-room.ts'
import type { DOMStringList } from './webidl/DOMStringList.ts'
import { sortedNameList } from './sorted-name-list.ts'
import { notFound } from './not-found.ts'
import { storeHandle } from './IDBObjectStore.ts'
import { defineEventTarget } from './webidl/event-target.ts'
import { defineInspection } from './webidl/inspect.ts'
import { requireArguments, toDOMString } from './webidl/webidl.ts'
import { defineWrapper, wrap } from './webidl/wrapper.ts'
import { Handover } from './webidl/handover.ts'

const handover = new Handover<Transaction>()
let coreOf: (handle: IDBTransaction) => Transaction

type Handler = ((this: globalThis.IDBTransaction, event: Event) => unknown) | null

/** https://w3c.github.io/IndexedDB/#idbtransaction */
export class IDBTransaction {
  declare addEventListener: globalThis.IDBTransaction['addEventListener']
  declare removeEventListener: globalThis.IDBTransaction['removeEventListener']
  declare dispatchEvent: globalThis.IDBTransaction['dispatchEvent']
  declare onabort: Handler
  declare oncomplete: Handler
  declare onerror: Handler

  readonly #transaction: Transaction

  static {
    coreOf = (handle) => handle.#transaction
  }

  constructor() {
    this.#transaction = handover.take()
  }

  get objectStoreNames(): DOMStringList {
    return sortedNameList(Array.from(scopeOf(this.#transaction), ({ name }) => name))
  }

  get mode(): IDBTransactionMode {
    return this.#transaction.mode
  }

  get durability(): IDBTransactionDurability {
    return this.#transaction.durability
  }

  get db(): globalThis.IDBDatabase {
    return wrap(this.#transaction.connection)
  }

  get error(): DOMException | null {
    return this.#transaction.error
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbtransaction-objectstore */
  objectStore(name: string): globalThis.IDBObjectStore {
    requireArguments(arguments.length, 1, 'IDBTransaction.objectStore')
    const transaction = this.#transaction
    const storeName = toDOMString(name)
    // Deviates from browsers: they refuse from commit() on; the specification only once the transaction has finished.
    if (transaction.state === 'finished') throw inactive(transaction, 'InvalidStateError')
    const store = objectStoreHandle(transaction, storeName)
    if (store) return storeHandle(store)
    throw notInScope(transaction, storeName)
  }

  /** For what waits for other work in a transaction, of whichever copy of this package. @throws TransactionInactiveError */
  [holdSymbol](): Hold<IDBRequest<undefined>> {
    const { request, release } = holdTransaction(this.#transaction)
    return { request: requestHandle(request), release }
  }

  /** https://w3c.github.io/IndexedDB/#dom-idbtransaction-commit */
  commit(): void {
    assertStackRoom()
    const transaction = this.#transaction
    if (transaction.state !== 'active') throw inactive(transaction, 'InvalidStateError')
    transaction.trace?.endsByCall()
    transaction.commit()
  }

  /** https://w3c.github.io/IndexedDB/#dom-idbtransaction-abort */
  abort(): void {
    assertStackRoom()
    const transaction = this.#transaction
    if (transaction.state === 'committing' || transaction.state === 'finished') {
      throw inactive(transaction, 'InvalidStateError')
    }
    transaction.trace?.endsByCall()
    transaction.abort(null)
  }
}

const targetOf = (handle: unknown): Transaction => coreOf(handle as IDBTransaction) // Throws for others.
defineEventTarget(IDBTransaction, targetOf, {
  name: 'IDBTransaction',
  events: ['abort', 'complete', 'error'],
})
defineInspection(IDBTransaction, 'IDBTransaction', [
  'mode',
  'durability',
  'objectStoreNames',
  'error',
])

defineWrapper(Transaction, makeHandle)

/** What script sees of a transaction that was just created. */
export function newTransactionHandle(transaction: Transaction): IDBTransaction {
  const handle = makeHandle(transaction)
  transaction.handle = handle
  return handle
}

function makeHandle(transaction: Transaction): IDBTransaction {
  handover.give(transaction)
  try {
    return new IDBTransaction()
  } finally {
    handover.end()
  }
}

function notInScope(transaction: Transaction, name: string): DOMException {
  const { schema, host } = transaction.connection
  const exists = Array.from(schema.stores.values()).some((store) => store.name === name)
  const advice = exists ? ': name it too in the call of transaction()' : ''
  return notFound(`Object store "${name}" is not in the transaction's scope${advice}`, {
    wanted: name,
    names: Array.from(scopeOf(transaction), (store) => store.name),
    facts: { database: host.name },
  })
}
