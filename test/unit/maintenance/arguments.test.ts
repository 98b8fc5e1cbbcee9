import { describe, expect, test } from 'vitest'
import * as maintenance from '../../../src/maintenance.ts'
import { inspect } from '../../../src/diagnostics.ts'
import type { IDBFactory } from '../../../src/index.ts'
import { status } from '../../../src/status.ts'

/** The arguments are wrong on purpose: types would not allow them. */
type Loose = Record<string, ((...given: unknown[]) => unknown) | undefined>

const { listDatabases, checkDirectory, salvage, compact, removeDatabase, doctor } =
  maintenance as unknown as Loose

const inMemory =
  '; for databases in memory, give createIndexedDB() the option vfs: memory(), of idb-everywhere/vfs/memory (a directory of that name is "./:memory:")'

type Case = [message: string, call: () => unknown]

const cases: Case[] = [
  [
    'listDatabases() needs the path of a directory or file as `path`, got undefined',
    () => listDatabases?.(),
  ],
  [
    `compact() needs the path of a directory or file as \`path\`, got ":memory:"${inMemory}`,
    () => compact?.(':memory:'),
  ],
  [
    `status() needs the path of a directory or file as \`path\`, got ":memory:"${inMemory}`,
    () => status(':memory:'),
  ],
  [
    'doctor() needs the path of a directory or file as `path`, got the address of a server, not shown as it may hold a password; for databases on a server, give createIndexedDB() the option host: postgres({ connectionString }), of idb-everywhere/postgres',
    () => doctor?.('postgres://ann:hunter2@host/library'),
  ],
  ['doctor() needs the path of a directory or file as `path`, got ""', () => doctor?.('')],
  [
    'salvage() needs an object of options as `options`, got "library"',
    () => salvage?.('nowhere', 'library'),
  ],
  ['compact() needs a string as `options.name`, got 5', () => compact?.('nowhere', { name: 5 })],
  [
    'checkDirectory() needs a function as `options.onProgress`, got true',
    () => checkDirectory?.('nowhere', { onProgress: true }),
  ],
  ['removeDatabase() needs a string as `name`, got undefined', () => removeDatabase?.('nowhere')],
  [
    'removeDatabase() needs a number of milliseconds as `options.waitMs`, got "1s"',
    () => removeDatabase?.('nowhere', 'library', { waitMs: '1s' }),
  ],
  ['status() needs the path of a directory or file as `path`, got ""', () => status('')],
  [
    'inspect() needs a factory of this package as `indexedDB`, got an object',
    () => inspect({} as IDBFactory),
  ],
]

describe('maintenance with a wrong argument', () => {
  test.each(cases)('says: %s', async (message, call) => {
    const expected = { name: 'TypeError', message, code: 'ERR_IDB_INVALID_OPTION' }
    await expect((async () => call())()).rejects.toMatchObject(expected)
  })
})
