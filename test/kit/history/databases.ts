/** Histories on real databases, through what script sees and nothing else. */
import { IDBKeyRange } from '../../../src/index.ts'
import { completion, openDatabase, resultOf } from '../promises.ts'
import {
  entryLine,
  indexLine,
  type IndexState,
  recordLine,
  storeLine,
  type Key,
  type Value,
} from './state.ts'
import type { RecordChange, SchemaChange, Step } from './step.ts'

/** Executes steps on the databases of a factory, and keeps connections open between them. */
export class Databases {
  readonly #indexedDB: IDBFactory
  readonly #connections = new Map<string, IDBDatabase>()

  constructor(indexedDB: IDBFactory) {
    this.#indexedDB = indexedDB
  }

  /** Resolves when the step has been acknowledged: `complete`, `success`, or the `abort` it wanted. */
  async execute(step: Step): Promise<void> {
    switch (step.type) {
      case 'deleteDatabase':
        this.forget(step.database)
        await resultOf(this.#indexedDB.deleteDatabase(step.database))
        return
      case 'upgrade':
        return this.#upgrade(step)
      case 'transaction':
        return this.transact(await this.#connection(step.database), step)
    }
  }

  /** Starts a transaction's requests before it returns, so that several can queue up. */
  transact(database: IDBDatabase, step: Step & { type: 'transaction' }): Promise<void> {
    const stores = new Set(step.changes.map(({ store }) => store))
    const { durability } = step
    const transaction = database.transaction([...stores], 'readwrite', { durability })
    const completed = completion(transaction)
    const last = requestChanges(transaction, step.changes)
    if (!step.isAborted) return completed
    last?.addEventListener('success', () => transaction.abort())
    return completed.then(
      () => Promise.reject(new Error('A transaction was aborted and completed')),
      (error: unknown) => (error === null ? undefined : Promise.reject(error)),
    )
  }

  /** The connection to a database, opened now if need be. */
  connection(name: string): Promise<IDBDatabase> {
    return this.#connection(name)
  }

  /** Closes the connection to a database. */
  forget(name: string): void {
    this.#connections.get(name)?.close()
    this.#connections.delete(name)
  }

  async #upgrade({ database: name, version, schemaChanges, changes }: Step & { type: 'upgrade' }) {
    this.forget(name)
    const upgrade = (database: IDBDatabase, transaction: IDBTransaction): void => {
      for (const change of schemaChanges) changeSchema(database, transaction, change)
      requestChanges(transaction, changes)
    }
    this.#keep(name, await openDatabase(this.#indexedDB, upgrade, { name, version }))
  }

  async #connection(name: string): Promise<IDBDatabase> {
    return (
      this.#connections.get(name) ?? this.#keep(name, await resultOf(this.#indexedDB.open(name)))
    )
  }

  #keep(name: string, connection: IDBDatabase): IDBDatabase {
    connection.addEventListener('close', () => this.#connections.delete(name))
    this.#connections.set(name, connection)
    return connection
  }
}

function changeSchema(
  database: IDBDatabase,
  transaction: IDBTransaction,
  change: SchemaChange,
): void {
  switch (change.type) {
    case 'createStore':
      database.createObjectStore(change.store, { autoIncrement: change.autoIncrement })
      return
    case 'deleteStore':
      return database.deleteObjectStore(change.store)
    case 'createIndex': {
      const { keyPath, multiEntry } = change.definition
      transaction.objectStore(change.store).createIndex(change.index, keyPath, { multiEntry })
      return
    }
    case 'deleteIndex':
      return transaction.objectStore(change.store).deleteIndex(change.index)
  }
}

function requestChanges(
  transaction: IDBTransaction,
  changes: readonly RecordChange[],
): IDBRequest | undefined {
  let last: IDBRequest | undefined
  for (const change of changes) last = requestChange(transaction, change)
  return last
}

function requestChange(transaction: IDBTransaction, change: RecordChange): IDBRequest {
  const store = transaction.objectStore(change.store)
  if (change.type === 'clear') return store.clear()
  if (change.type === 'put') return store.put(change.value, change.key ?? undefined)
  if (change.from === change.to) return store.delete(change.from)
  return store.delete(IDBKeyRange.bound(change.from, change.to))
}

/** Everything in all databases, as `textOf()` would have it. */
export async function readState(indexedDB: IDBFactory): Promise<string> {
  const lines: string[] = []
  const databases = await indexedDB.databases()
  const names = databases.map(({ name }) => name ?? '').sort()
  for (const name of names) {
    const database = await resultOf(indexedDB.open(name))
    try {
      lines.push(`database ${name} ${database.version}`)
      for (const storeName of database.objectStoreNames) {
        lines.push(...(await readStore(database, storeName)))
      }
    } finally {
      database.close()
    }
  }
  return lines.join('\n')
}

async function readStore(database: IDBDatabase, name: string): Promise<string[]> {
  const store = database.transaction(name).objectStore(name)
  const indexes = [...store.indexNames].map((index) => store.index(index))
  const [keys, values, ...entries] = await Promise.all([
    resultOf(store.getAllKeys()),
    resultOf<Value[]>(store.getAll()),
    ...indexes.map((index) => resultOf(allRecordsOf(index))),
  ])
  const lines = keys.map((key, i) => recordLine(key as Key, values[i] as Value))
  for (const [i, index] of indexes.entries()) {
    lines.push(indexLine(index.name, index as unknown as IndexState))
    for (const { key, primaryKey } of entries[i] ?? []) lines.push(entryLine(key, primaryKey))
  }
  return [storeLine(name, store.autoIncrement), ...lines]
}

/** The platform's types do not all know the method yet. */
function allRecordsOf(index: IDBIndex): IDBRequest<{ key: unknown; primaryKey: unknown }[]> {
  return (
    index as IDBIndex & {
      getAllRecords(): IDBRequest<{ key: unknown; primaryKey: unknown }[]>
    }
  ).getAllRecords()
}
