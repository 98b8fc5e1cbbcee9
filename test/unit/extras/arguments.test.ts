import { describe, expect, test } from 'vitest'
import {
  deleteMany,
  getMany,
  observe,
  putMany,
  records,
  withTransaction,
} from '../../../src/extras.ts'
import { type IDBDatabase, type IDBObjectStore } from '../../../src/index.ts'
import { listOf, openLibrary } from './library.ts'

/** The arguments are wrong on purpose: types would not allow them. */
type Loose = (...given: unknown[]) => unknown

const loose = (call: unknown): Loose => call as Loose
const all = loose((...given: unknown[]) =>
  listOf(loose(records)(...given) as AsyncIterable<unknown>),
)

type Case = [
  message: string,
  call: (db: IDBDatabase, store: IDBObjectStore) => unknown,
  option: string,
]

const cases: Case[] = [
  [
    'withTransaction() needs an object with a `timeLimit` in milliseconds as `options`, got undefined',
    (db) => loose(withTransaction)(db, 'books', 'readonly', () => 1),
    'options',
  ],
  [
    'records() needs an object store, an index, or { db, store } as `source`, got an IDBDatabase',
    (db) => all(db, 'books'),
    'source',
  ],
  [
    'records() needs an object store, an index, or { db, store } as `source`, got an object',
    (db) => all({ db }),
    'source',
  ],
  [
    'records() needs an object of options as `options`, got null',
    (db) => all({ db, store: 'books' }, null, null),
    'options',
  ],
  [
    'Expected `batch` to be an integer above 0, got 0',
    (_, store) => all(store, null, { batch: 0 }),
    'batch',
  ],
  [
    'getMany() needs an object store or an index as `source`, got an IDBDatabase',
    (db) => loose(getMany)(db, [1]),
    'source',
  ],
  [
    'getMany() needs an array, or another iterable as `queries`, got 1',
    (_, store) => loose(getMany)(store, 1),
    'queries',
  ],
  [
    'putMany() needs an object store as `store`, got undefined',
    () => loose(putMany)(undefined, []),
    'store',
  ],
  [
    'putMany() needs an array, or another iterable as `values`, got "abc"',
    (_, store) => loose(putMany)(store, 'abc'),
    'values',
  ],
  [
    'putMany() needs an object { keys } as `options`, got an array',
    (_, store) => loose(putMany)(store, [], [5, 6]),
    'options',
  ],
  [
    'putMany() needs an array, or another iterable as `options.keys`, got 5',
    (_, store) => loose(putMany)(store, [], { keys: 5 }),
    'keys',
  ],
  [
    'deleteMany() needs an array, or another iterable as `queries`, got undefined',
    (_, store) => loose(deleteMany)(store),
    'queries',
  ],
  [
    'withTransaction() needs a function as `action`, got undefined',
    (db) => loose(withTransaction)(db, 'books', 'readonly'),
    'action',
  ],
  [
    'withTransaction() needs an IDBDatabase as `db`, got a Promise',
    (db) => loose(withTransaction)(Promise.resolve(db), 'books', 'readonly', () => 1),
    'db',
  ],
  [
    'observe() needs an object ({} for all object stores) as `options`, got a function',
    (db) => loose(observe)(db, () => undefined),
    'options',
  ],
  [
    'observe() needs a function as `listener`, got undefined',
    (db) => loose(observe)(db, {}),
    'listener',
  ],
  [
    'observe() needs a database of this package as `db`, got an object',
    () => loose(observe)({}, {}, () => undefined),
    'db',
  ],
  [
    'observe() needs an AbortSignal as `options.signal`, got an AbortController',
    (db) => loose(observe)(db, { signal: new AbortController() }, () => undefined),
    'signal',
  ],
]

describe('extras with a wrong argument', () => {
  test.each(cases)('say: %s', async (message, call, option) => {
    const library = (await openLibrary()) as unknown as IDBDatabase
    const store = library.transaction('books', 'readwrite').objectStore('books')
    const expected = { name: 'TypeError', message, code: 'ERR_IDB_INVALID_OPTION', option }
    await expect((async () => call(library, store))()).rejects.toMatchObject(expected)
  })
})
