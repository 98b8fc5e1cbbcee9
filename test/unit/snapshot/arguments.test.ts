import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { IDBFactory } from '../../../src/index.ts'
import * as snapshot from '../../../src/snapshot.ts'
import * as formats from '../../../src/snapshot-formats.ts'
import { inMemory, listOf, make, shop, textOf } from './databases.ts'

/** The arguments are wrong on purpose: types would not allow them. */
type Loose = Record<string, (...given: unknown[]) => unknown>

const { exportDatabase, importDatabase, openBackup, backup, backupToFile, ...texts } =
  snapshot as unknown as Loose
const { fromDexie, fromSpacekit, fromStorageState, toStorageState } = formats as unknown as Loose
const diff = (...given: unknown[]): unknown =>
  listOf(texts['diff']?.(...given) as AsyncIterable<unknown>)

const empty = new ReadableStream<Uint8Array>()
const stream = 'a ReadableStream or a Blob as `stream`'
const nodeHint = ', a stream of Node; give Readable.toWeb() of it'

type Case = [message: string, call: (factory: IDBFactory) => unknown]

const cases: Case[] = [
  [
    'exportDatabase() needs an IDBFactory as `indexedDB`, got "shop"',
    () => exportDatabase?.('shop'),
  ],
  ['exportDatabase() needs a string as `name`, got undefined', (it) => exportDatabase?.(it)],
  [
    'exportDatabase() needs an AbortSignal as `options.signal`, got an AbortController',
    (it) => exportDatabase?.(it, 'd', { signal: new AbortController() }),
  ],
  [
    'exportDatabase() needs a function as `options.onLoss`, got true',
    (it) => exportDatabase?.(it, 'd', { onLoss: true }),
  ],
  [
    `importDatabase() needs ${stream}, got "{}"; give new Blob([text]) of a text`,
    (indexedDB) => importDatabase?.('{}', { indexedDB }),
  ],
  [
    `importDatabase() needs ${stream}, got an object${nodeHint}`,
    (indexedDB) => importDatabase?.(Readable.from([]), { indexedDB }),
  ],
  [
    `importDatabase() needs ${stream}, got a Promise`,
    () => importDatabase?.(Promise.resolve(empty)),
  ],
  [
    'importDatabase() needs an object of options as `options`, got undefined',
    () => importDatabase?.(empty),
  ],
  [
    'importDatabase() needs an IDBFactory as `options.indexedDB`, got undefined',
    () => importDatabase?.(empty, {}),
  ],
  [`openBackup() needs ${stream}, got an ArrayBuffer`, () => openBackup?.(new ArrayBuffer(1))],
  ['backup() needs a string as `name`, got 5', (it) => backup?.(it, 5)],
  [
    'backupToFile() needs the path of a directory or file as `path`, got undefined',
    (it) => backupToFile?.(it, 'd'),
  ],
  [
    'diff() needs an object { indexedDB, name } as `b`, got undefined',
    (indexedDB) => diff({ indexedDB, name: 'd' }),
  ],
  ['readKey() needs a string as `text`, got 5', () => texts['readKey']?.(5)],
  ['readRange() needs a string as `text`, got undefined', () => texts['readRange']?.()],
  ['formatKey() needs a key, got undefined', () => texts['formatKey']?.()],
  [
    'keyRangeOf() needs the class IDBKeyRange of the IndexedDB that is asked as `maker`, got undefined',
    () => texts['keyRangeOf']?.(snapshot.readRange('1..<5')),
  ],
  [
    'fromDexie() needs a ReadableStream or a Blob as `stream`, got an object',
    () => fromDexie?.({}),
  ],
  [
    'fromSpacekit() needs a ReadableStream or a Blob as `files.wal`, got "shop.wal"; give new Blob([text]) of a text',
    () => fromSpacekit?.({ name: 'shop', wal: 'shop.wal' }),
  ],
  [
    'fromStorageState() needs an object of Playwright’s storageState(), parsed, as `state`, got "state.json"',
    () => fromStorageState?.('state.json'),
  ],
  [
    'toStorageState() needs an array, or another iterable as `options.names`, got "shop"',
    (it) => toStorageState?.(it, { names: 'shop' }),
  ],
]

describe('snapshots with a wrong argument', () => {
  test.each(cases)('say: %s', async (message, call) => {
    const expected = { name: 'TypeError', message, code: 'ERR_IDB_INVALID_OPTION' }
    await expect((async () => call(inMemory()))()).rejects.toMatchObject(expected)
  })
})

test('importDatabase() takes a Blob of an export', async () => {
  const [from, to] = [inMemory(), inMemory()]
  await make(from, 'shop', 3, shop)
  const file = new Blob([await textOf(snapshot.exportDatabase(from, 'shop'))])
  const imported = await snapshot.importDatabase(file, { indexedDB: to })
  expect(imported).toEqual({ name: 'shop', version: 3, records: 7 })
})
