/** Many records in one go. All requests are made at once, so that they travel together, and only the last one has listeners. */
import {
  aList,
  aSource,
  aStore,
  checkArguments,
  type Kind,
  optional,
} from '../arguments/check-arguments.ts'
import type { IDBObjectStore, IDBRequest } from '../api/global/interfaces.ts'
import { type Key, type Query, type Source, transactionOf } from '../requests/vocabulary.ts'

/** How many records are put. */
export interface PutManyOptions {
  /** The key of each value, in the same order. Left out: the store has a key path or a key generator. */
  readonly keys?: Iterable<Key>
}

/**
 * Puts all values into the store; resolves with their keys, in order, when the last one is stored. The transaction must be
 * active, as for `put()`.
 *
 * @throws what `put()` throws for the first value that it refuses, or the error of the first that could not be stored; then the
 * transaction is aborted, and none of them is stored
 */
export async function putMany(
  store: IDBObjectStore,
  values: Iterable<unknown>,
  options: PutManyOptions = {},
): Promise<Key[]> {
  checkArguments('putMany()', {
    store: [store, aStore],
    values: [values, aList],
    options: [options, theOptions],
    'options.keys': [options?.keys, optional(aList)],
  })
  const { keys } = options
  const keyList = keys?.[Symbol.iterator]()
  return ask(store, values, (value) => {
    const key = keyList?.next()
    return key && !key.done ? store.put(value, key.value) : store.put(value)
  })
}

const theOptions: Kind = [
  (value) => typeof value === 'object' && value !== null && !aList[0](value),
  'an object { keys }',
]

/** Deletes the records with those keys, or in those key ranges; resolves when all are deleted. Else as `putMany()`. */
export async function deleteMany(store: IDBObjectStore, queries: Iterable<Query>): Promise<void> {
  checkArguments('deleteMany()', { store: [store, aStore], queries: [queries, aList] })
  await ask(store, queries, (query) => store.delete(query))
}

/** Gives the value of each key, or the first one in each key range, in order; undefined where there is none. Else as `putMany()`. */
export async function getMany<Value = unknown>(
  source: Source,
  queries: Iterable<Query>,
): Promise<(Value | undefined)[]> {
  checkArguments('getMany()', { source: [source, aSource], queries: [queries, aList] })
  // What is stored under a key, the caller knows.
  return ask(source, queries, (query) => source.get(query) as IDBRequest<Value | undefined>)
}

/** Makes a request for each item. Where one cannot be made, all are taken back. */
function ask<Item, Result>(
  source: Source,
  items: Iterable<Item>,
  make: (item: Item) => IDBRequest<Result>,
): Promise<Result[]> {
  const requests: IDBRequest<Result>[] = []
  try {
    for (const item of items) requests.push(make(item))
  } catch (error) {
    abort(source)
    throw error
  }
  return resultsOf(requests)
}

function abort(source: Source): void {
  try {
    transactionOf(source).abort()
  } catch {
    // It has ended already, which is why nothing can be asked of it.
  }
}

/** They are answered in order: when the last one is done, so are all. */
function resultsOf<Result>(requests: readonly IDBRequest<Result>[]): Promise<Result[]> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      const failed = requests.find(({ error }) => error !== null)
      if (failed) reject(failed.error)
      else resolve(requests.map(({ result }) => result))
    }
    const last = requests.at(-1)
    if (!last) return resolve([])
    last.addEventListener('success', settle)
    last.addEventListener('error', settle)
  })
}
