/**
 * What each context of a case has: it opens, asks and writes as it is told, and logs every event that script can see.
 * The cases run elsewhere, in the test's process, and call these methods by name.
 */
import { perform, type Operation } from './operations.ts'

export interface StoreOptions {
  readonly name: string
  readonly keyPath?: string
  readonly autoIncrement?: boolean
  readonly index?: { readonly keyPath: string; readonly multiEntry?: boolean }
}

export interface OpenOptions {
  /** What its events are logged under. Default: `db`. */
  readonly as?: string
  /** Of the database. Default: `d`. */
  readonly name?: string
  readonly version?: number
  /** Created by the upgrade where they are missing. Default: one called `s`. */
  readonly stores?: readonly StoreOptions[]
  /** Whether the connection closes when it is asked to. */
  readonly closes?: boolean
  /** `hold`: the upgrade goes on until it is released. */
  readonly upgrade?: 'create' | 'abort' | 'hold'
}

export interface TransactionOptions {
  /** What its events are logged under. Default: `tx`. */
  readonly as?: string
  /** Of the connection. Default: `db`. */
  readonly on?: string
  readonly stores?: readonly string[]
  readonly mode?: IDBTransactionMode
  readonly durability?: IDBTransactionDurability
  /** Whether it goes on until it is released. */
  readonly holds?: boolean
  readonly operations?: readonly Operation[]
}

interface OpenTransaction {
  readonly handle: IDBTransaction
  readonly store: IDBObjectStore
  isHeld: boolean
  readonly queued: Operation[]
}

export class Realm {
  readonly #lines: string[] = []
  readonly #connections = new Map<string, IDBDatabase>()
  readonly #transactions = new Map<string, OpenTransaction>()
  readonly #waiting = new Set<() => void>()

  /** Everything logged so far. */
  lines(): string[] {
    return this.#lines
  }

  log(line: string): void {
    this.#lines.push(line)
    for (const check of this.#waiting) check()
  }

  /** Resolves once a line has begun with `text`, as many times as asked for. */
  until(text: string, times = 1): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (this.#lines.filter((line) => line.startsWith(text)).length < times) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }

  /** Makes an open request and waits for nothing. */
  ask(options: OpenOptions): void {
    const { as = 'db', name = 'd', version } = options
    const request = version === undefined ? indexedDB.open(name) : indexedDB.open(name, version)
    this.#follow(as, request)
    request.onupgradeneeded = (event) => {
      this.log(`${as}: upgradeneeded ${versionsOf(event)}`)
      this.#connect(as, request.result, options)
      this.#upgrade(as, request, options)
    }
    request.onsuccess = () => {
      this.#connect(as, request.result, options)
      this.log(`${as}: success ${request.result.version}`)
    }
  }

  /** Makes an open request and waits for its end. */
  async open(options: OpenOptions = {}): Promise<void> {
    const { as = 'db' } = options
    this.ask(options)
    await Promise.race([this.until(`${as}: success`), this.until(`${as}: error`)])
  }

  delete({ as = 'delete', name = 'd' }: { as?: string; name?: string } = {}): void {
    const request = indexedDB.deleteDatabase(name)
    this.#follow(as, request)
    request.onsuccess = (event) => this.log(`${as}: success ${versionsOf(event)}`)
  }

  /** Logs the databases there are. */
  async databases(): Promise<void> {
    const found = await indexedDB.databases()
    const texts = found.map(({ name, version }) => `${name} ${version}`).sort()
    this.log(`databases: ${texts.join(', ') || 'none'}`)
  }

  close(as = 'db'): void {
    this.#connection(as).close()
  }

  /** Logs names and order of a connection's stores. */
  stores(as = 'db'): void {
    this.log(`${as}: stores ${[...this.#connection(as).objectStoreNames].join(', ') || 'none'}`)
  }

  /** Creates a transaction, has it perform its operations, and waits for nothing. */
  begin(options: TransactionOptions = {}): void {
    const { as = 'tx', on = 'db', stores = ['s'], mode = 'readwrite', durability } = options
    const handle = this.#connection(on).transaction(stores, mode, durability && { durability })
    if (durability) this.log(`${as}: durability ${handle.durability}`)
    this.#add(as, handle, options)
  }

  /** Does the same and waits for its end. */
  async transact(options: TransactionOptions = {}): Promise<void> {
    this.begin(options)
    await endOf(this.#transaction(options.as ?? 'tx').handle)
  }

  /** Has a transaction that is held perform more. */
  more(as: string, operations: readonly Operation[]): void {
    this.#transaction(as).queued.push(...operations)
  }

  /** Lets a transaction end that was held. */
  release(as = 'tx'): void {
    this.#transaction(as).isHeld = false
  }

  /** Resolves when nothing can happen any more that was on its way. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms))
  }

  /** Holds a Web Lock until this context ends. */
  async live(): Promise<void> {
    await new Promise<void>((resolve) => {
      void navigator.locks.request('a life', () => {
        resolve()
        return new Promise(() => {})
      })
    })
  }

  /** Resolves when the browser has ended the context that held that lock. */
  async outlive(): Promise<void> {
    await navigator.locks.request('a life', () => {})
  }

  #follow(as: string, request: IDBOpenDBRequest): void {
    request.onblocked = (event) => this.log(`${as}: blocked ${versionsOf(event)}`)
    request.onerror = (event) => {
      event.preventDefault()
      this.log(`${as}: error ${request.error?.name}`)
    }
  }

  #connect(as: string, connection: IDBDatabase, { closes = false }: OpenOptions): void {
    if (this.#connections.get(as) === connection) return
    this.#connections.set(as, connection)
    connection.onversionchange = (event) => {
      this.log(`${as}: versionchange ${versionsOf(event)}`)
      if (closes) connection.close()
    }
    connection.onclose = () => this.log(`${as}: close`)
  }

  #upgrade(as: string, request: IDBOpenDBRequest, options: OpenOptions): void {
    const { stores = [{ name: 's' }], upgrade = 'create' } = options
    const connection = request.result
    for (const store of stores) {
      if (!connection.objectStoreNames.contains(store.name)) create(connection, store)
    }
    if (upgrade === 'abort') request.transaction?.abort()
    if (request.transaction) {
      const holds = upgrade === 'hold'
      this.#add(`${as} upgrade`, request.transaction, { stores: [stores[0]?.name ?? 's'], holds })
    }
  }

  #add(as: string, handle: IDBTransaction, options: TransactionOptions): void {
    const { stores: [name = 's'] = ['s'], holds = false, operations = [] } = options
    handle.addEventListener('complete', () => this.log(`${as}: complete`))
    handle.addEventListener('abort', () => this.log(`${as}: abort ${handle.error?.name ?? ''}`))
    if (handle.mode === 'versionchange' && !holds) return
    const transaction = { handle, store: handle.objectStore(name), isHeld: holds, queued: [] }
    this.#transactions.set(as, transaction)
    this.#performAll(as, transaction, operations)
    if (holds) this.#hold(as, transaction)
  }

  #performAll(as: string, transaction: OpenTransaction, operations: readonly Operation[]): void {
    for (const operation of operations) {
      // Nothing can be asked of it any more.
      if (operation[0] === 'abort' || operation[0] === 'commit') transaction.isHeld = false
      perform(transaction.store, operation, (text) => this.log(`${as}: ${text}`))
    }
  }

  /** One request after the other keeps a transaction from ending. */
  #hold(as: string, transaction: OpenTransaction): void {
    transaction.store.get('nothing').onsuccess = () => {
      this.#performAll(as, transaction, transaction.queued.splice(0))
      if (transaction.isHeld) this.#hold(as, transaction)
    }
  }

  #connection(as: string): IDBDatabase {
    const connection = this.#connections.get(as)
    if (connection) return connection
    throw new Error(`No connection was opened as "${as}"`)
  }

  #transaction(as: string): OpenTransaction {
    const transaction = this.#transactions.get(as)
    if (transaction) return transaction
    throw new Error(`No transaction was begun as "${as}"`)
  }
}

function create(connection: IDBDatabase, { name, index, ...options }: StoreOptions): void {
  const store = connection.createObjectStore(name, options)
  if (index) store.createIndex('i', index.keyPath, { multiEntry: index.multiEntry ?? false })
}

function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve) => {
    for (const type of ['complete', 'abort']) transaction.addEventListener(type, () => resolve())
  })
}

function versionsOf(event: Event): string {
  if (!(event instanceof IDBVersionChangeEvent)) return `by ${event.constructor.name}`
  return `${event.oldVersion}→${event.newVersion}`
}
