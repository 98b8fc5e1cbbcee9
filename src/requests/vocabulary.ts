/** What the interface's methods take, in the vocabulary of the project that uses them. */
import type { IDBIndex, IDBObjectStore, IDBTransaction } from '../api/global/interfaces.ts'

/** An object store or an index: what is read. */
export type Source = IDBObjectStore | IDBIndex

/** What may be a key. */
export type Key = NonNullable<Parameters<IDBObjectStore['put']>[1]>

/** A key, or a range of keys. */
export type Query = NonNullable<Parameters<IDBObjectStore['get']>[0]>

/** The order in which records are read. */
export type Direction = NonNullable<Parameters<IDBObjectStore['openCursor']>[1]>

/** The transaction of a store or an index. */
export function transactionOf(source: Source): IDBTransaction {
  return storeOf(source).transaction
}

/** The store itself, or the one that the index belongs to. */
export function storeOf(source: Source): IDBObjectStore {
  return 'objectStore' in source ? source.objectStore : source
}
