import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { close, createIndexedDB } from '../../../src/index.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

/** Some tests make files with SQLite's own tool. */
const hasSqlite3 = !spawnSync('sqlite3', ['-version']).error

let path = ''
let file = ''

beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
  const indexedDB = createIndexedDB({ path })
  const database = await openDatabase(indexedDB, (it) => {
    const store = it.createObjectStore('s')
    for (let key = 0; key < 200; key++) store.put('x'.repeat(100), key)
  })
  database.close()
  await close(indexedDB)
  const name = readdirSync(path).find((it) => /^[a-z0-9]+\.sqlite$/.test(it))
  if (!name) throw new Error('the database has no file')
  file = join(path, name)
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

const damages: readonly [string, (bytes: Buffer) => Buffer][] = [
  ['random bytes', (bytes) => Buffer.from(bytes.map((_, i) => (i * 7919 + 13) % 251))],
  ['a file cut in the middle', (bytes) => bytes.subarray(0, 5000)],
  ['a file cut inside its header', (bytes) => bytes.subarray(0, 50)],
  ['a text', () => Buffer.from('not a database at all\n'.repeat(300))],
]

test.each(damages)(
  '%s fails the open request with UnknownError, and is left alone',
  async (_, damage) => {
    const damaged = damage(readFileSync(file))
    writeFileSync(file, damaged)
    const error = await openingError()
    expect(error).toMatchObject({ name: 'UnknownError' })
    expect(error.message).toContain('test')
    expect(readFileSync(file).equals(damaged)).toBe(true)
  },
)

test.skipIf(!hasSqlite3)(
  'another program’s SQLite database fails the open request and is left alone',
  async () => {
    rmSync(file)
    sqlite3('CREATE TABLE t (x); INSERT INTO t VALUES (1)')
    const foreign = readFileSync(file)
    expect(await openingError()).toMatchObject({ name: 'UnknownError' })
    expect(readFileSync(file).equals(foreign)).toBe(true)
  },
)

test.skipIf(!hasSqlite3)(
  'a file of a newer format fails the open request with a message that says so',
  async () => {
    sqlite3('PRAGMA user_version = 99')
    const newer = readFileSync(file)
    const error = await openingError()
    expect(error).toMatchObject({ name: 'UnknownError' })
    expect(error.message).toMatch(/newer/)
    expect(readFileSync(file).equals(newer)).toBe(true)
  },
)

test.skipIf(!hasSqlite3)(
  'rows that leave no room for another fail the transaction with UnknownError, and nothing of it is stored',
  async () => {
    sqlite3("INSERT INTO large_values VALUES (9223372036854775807, x'00')")
    const indexedDB = createIndexedDB({ path })
    const database = await resultOf(indexedDB.open('test'))
    const transaction = database.transaction('s', 'readwrite')
    const requests = ['a', 'b'].map((key) => {
      return resultOf(transaction.objectStore('s').put('x'.repeat(20_000), key))
    })
    const results = await Promise.allSettled([...requests, completion(transaction)])
    expect(results.at(-1)).toMatchObject({ reason: { name: 'UnknownError' } })
    await close(indexedDB)
    expect(sqlite3('SELECT count(*) FROM records')).toBe('200')
  },
)

test('a directory in the place of the file fails the open request', async () => {
  rmSync(file)
  mkdirSync(file)
  expect(await openingError()).toMatchObject({ name: 'UnknownError' })
  expect(statSync(file).isDirectory()).toBe(true)
})

test('a storage path that is a file fails open, delete and databases() with UnknownError', async () => {
  const indexedDB = createIndexedDB({ path: file })
  const failed = expect.objectContaining({ name: 'UnknownError' })
  await expect(resultOf(indexedDB.open('test'))).rejects.toEqual(failed)
  await expect(resultOf(indexedDB.deleteDatabase('test'))).rejects.toEqual(failed)
  await expect(indexedDB.databases()).rejects.toEqual(failed)
})

test.skipIf(process.getuid?.() === 0)(
  'a path without permission fails the open request',
  async () => {
    chmodSync(path, 0o500)
    expect(await openingError(join(path, 'inside'))).toMatchObject({ name: 'UnknownError' })
    chmodSync(path, 0o700)
  },
)

async function openingError(directory = path): Promise<DOMException> {
  const indexedDB = createIndexedDB({ path: directory })
  try {
    await resultOf(indexedDB.open('test'))
  } catch (error) {
    return error as DOMException // What a request fails with.
  } finally {
    await close(indexedDB)
  }
  throw new Error('the database opened')
}

function sqlite3(sql: string): string {
  return execFileSync('sqlite3', [file, sql], { encoding: 'utf8' }).trim()
}
