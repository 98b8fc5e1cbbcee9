/** Databases, which are connections. https://w3c.github.io/IndexedDB/#database-interface */
import {
  closeDatabaseConnection,
  Connection,
  connectionSymbol,
  createTransaction,
} from '../core/connection.ts'
import { inactive } from '../core/inactive.ts'
import type { Transaction } from '../core/transaction.ts'
import { createObjectStore, deleteObjectStore } from '../core/upgrade.ts'
import { domException } from '../errors.ts'
import { assertStackRoom } from '../base/stack-room.ts'
import type { ObjectStoreSchema } from '../core/handles.ts'
import { assertActive } from './assertions.ts'
import { notFound } from './not-found.ts'
import type { DOMStringList } from './webidl/DOMStringList.ts'
import { sortedNameList } from './sorted-name-list.ts'
import { defineEventTarget } from './webidl/event-target.ts'
import { defineInspection } from './webidl/inspect.ts'
import type { IDBObjectStore } from './IDBObjectStore.ts'
import { type IDBTransaction, newTransactionHandle } from './IDBTransaction.ts'
import { assertValidKeyPath, toKeyPath } from './key-path-attribute.ts'
import {
  requireArguments,
  toDictionary,
  toDOMString,
  toEnum,
  toStringOrSequence,
} from './webidl/webidl.ts'
import { defineWrapper, wrap } from './webidl/wrapper.ts'
import { Handover } from './webidl/handover.ts'

const modes = ['readonly', 'readwrite', 'versionchange'] as const
const durabilities = ['default', 'strict', 'relaxed'] as const

const handover = new Handover<Connection>()
let coreOf: (handle: IDBDatabase) => Connection

type Handler<E extends Event = Event> = ((this: globalThis.IDBDatabase, event: E) => unknown) | null

/** https://w3c.github.io/IndexedDB/#idbdatabase */
export class IDBDatabase {
  declare addEventListener: globalThis.IDBDatabase['addEventListener']
  declare removeEventListener: globalThis.IDBDatabase['removeEventListener']
  declare dispatchEvent: globalThis.IDBDatabase['dispatchEvent']
  declare onabort: Handler
  declare onclose: Handler
  declare onerror: Handler
  declare onversionchange: Handler<globalThis.IDBVersionChangeEvent>

  readonly #connection: Connection

  static {
    coreOf = (handle) => handle.#connection
  }

  constructor() {
    this.#connection = handover.take()
  }

  get name(): string {
    return this.#connection.host.name
  }

  get version(): number {
    return this.#connection.schema.version
  }

  get objectStoreNames(): DOMStringList {
    return sortedNameList(Array.from(this.#connection.schema.stores.values(), ({ name }) => name))
  }

  /** For `idb-everywhere/extras`, of whichever copy of this package. */
  get [connectionSymbol](): Connection {
    return this.#connection
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbdatabase-transaction */
  transaction(
    storeNames: string | Iterable<string>,
    mode: IDBTransactionMode = 'readonly',
    options: IDBTransactionOptions | undefined = undefined,
  ): IDBTransaction {
    requireArguments(arguments.length, 1, 'IDBDatabase.transaction')
    assertStackRoom()
    const connection = this.#connection
    const names = toStringOrSequence(storeNames)
    const wanted = toEnum(mode, modes, 'IDBTransactionMode')
    const durability = toDurability(options)
    if (connection.upgradeTransaction) {
      throw domException('InvalidStateError', 'An upgrade transaction is running')
    }
    if (connection.closePending) {
      throw domException('InvalidStateError', 'The database connection is closed or closing')
    }
    const scope =
      typeof names === 'string' ? [storeId(connection, names)] : storeIds(connection, names)
    if (scope.length === 0) {
      throw domException(
        'InvalidAccessError',
        'A transaction needs at least one object store: give the names of those it works with',
      )
    }
    if (wanted === 'versionchange') {
      throw new TypeError('A transaction can only be created in mode "readonly" or "readwrite"')
    }
    return newTransactionHandle(createTransaction(connection, scope, wanted, durability))
  }

  /** https://w3c.github.io/IndexedDB/#dom-idbdatabase-close */
  close(): void {
    assertStackRoom()
    closeDatabaseConnection(this.#connection)
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbdatabase-createobjectstore */
  createObjectStore(
    name: string,
    options: IDBObjectStoreParameters | undefined = undefined,
  ): IDBObjectStore {
    requireArguments(arguments.length, 1, 'IDBDatabase.createObjectStore')
    const connection = this.#connection
    const storeName = toDOMString(name)
    const { autoIncrement: generator, keyPath: path } = toDictionary(options, 'options')
    const keyPath = path === undefined || path === null ? null : toKeyPath(path)
    const autoIncrement = Boolean(generator)
    const transaction = activeUpgrade(connection)
    if (keyPath !== null) assertValidKeyPath(keyPath)
    if (storeNamed(connection, storeName)) {
      throw domException('ConstraintError', `Object store "${storeName}" already exists`)
    }
    if (autoIncrement && (keyPath === '' || Array.isArray(keyPath))) {
      throw domException(
        'InvalidAccessError',
        'An object store with a key generator cannot have an empty key path or an array as its key path',
      )
    }
    const store = { name: storeName, keyPath, autoIncrement }
    return wrap(createObjectStore(transaction, store))
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbdatabase-deleteobjectstore */
  deleteObjectStore(name: string): void {
    requireArguments(arguments.length, 1, 'IDBDatabase.deleteObjectStore')
    const connection = this.#connection
    const storeName = toDOMString(name)
    const transaction = activeUpgrade(connection)
    const store = storeNamed(connection, storeName)
    if (!store) throw storeNotFound(connection, storeName)
    deleteObjectStore(transaction, store.id)
  }
}

const targetOf = (handle: unknown): Connection => coreOf(handle as IDBDatabase) // Throws for others.
defineEventTarget(IDBDatabase, targetOf, {
  name: 'IDBDatabase',
  events: ['abort', 'close', 'error', 'versionchange'],
})
defineInspection(IDBDatabase, 'IDBDatabase', ['name', 'version', 'objectStoreNames'])

defineWrapper(Connection, (core) => handover.make(IDBDatabase, core))

/** The connection of an `IDBDatabase`. @throws TypeError for anything else. */
export function connectionOf(database: unknown): Connection {
  return targetOf(database) as Connection // It is what `targetOf` gives.
}

function toDurability(options: unknown): (typeof durabilities)[number] {
  const { durability } = toDictionary(options, 'options')
  if (durability === undefined) return 'default'
  return toEnum(durability, durabilities, 'IDBTransactionDurability')
}

/** @throws InvalidStateError, TransactionInactiveError */
function activeUpgrade({ upgradeTransaction, finishedUpgrade }: Connection): Transaction {
  if (!upgradeTransaction) {
    if (finishedUpgrade) throw inactive(finishedUpgrade, 'InvalidStateError')
    throw domException(
      'InvalidStateError',
      'Object stores can only be created and deleted in an upgrade transaction (onupgradeneeded)',
    )
  }
  assertActive(upgradeTransaction)
  return upgradeTransaction
}

function storeNamed({ schema }: Connection, name: string): ObjectStoreSchema | undefined {
  for (const store of schema.stores.values()) if (store.name === name) return store
  return undefined
}

/** Each once. @throws NotFoundError */
function storeIds(connection: Connection, names: readonly string[]): number[] {
  const ids = new Set<number>()
  for (const name of names) ids.add(storeId(connection, name))
  return Array.from(ids)
}

/** @throws NotFoundError */
function storeId(connection: Connection, name: string): number {
  const store = storeNamed(connection, name)
  if (!store) throw storeNotFound(connection, name)
  return store.id
}

function storeNotFound({ host, schema }: Connection, name: string): DOMException {
  const message = `Database "${host.name}" has no object store "${name}"`
  return notFound(message, {
    wanted: name,
    names: Array.from(schema.stores.values(), (store) => store.name),
    facts: { database: host.name },
  })
}
