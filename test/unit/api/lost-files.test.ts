import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { close, createIndexedDB } from '../../../src/index.ts'
import type { ClosableIDBFactory } from '../../../src/api/global/interfaces.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

let parent = ''
let path = ''
let indexedDB: ClosableIDBFactory
let database: IDBDatabase
const warnings: string[] = []

beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
  path = join(parent, 'databases')
  warnings.length = 0
  indexedDB = createIndexedDB({ path, onWarning: (warning) => warnings.push(warning.message) })
  database = await openDatabase(indexedDB, (it) => void it.createObjectStore('s'))
})
afterEach(async () => {
  await close(indexedDB)
  rmSync(parent, { recursive: true, force: true })
})

/** Resolves when the connection is closed by force. */
function closed(connection: IDBDatabase): Promise<void> {
  return new Promise((resolve) => {
    connection.onclose = () => resolve()
  })
}

function put(connection: IDBDatabase, key: number, durability: IDBTransactionDurability) {
  const transaction = connection.transaction('s', 'readwrite', { durability })
  transaction.objectStore('s').put('x', key)
  return completion(transaction)
}

/** What ends a row of calls that would go on for two minutes: files are looked for each second, and a busy machine takes its time. */
async function firstFailure(call: () => Promise<void>): Promise<Error> {
  const start = performance.now()
  try {
    while (performance.now() - start < 120_000) await call()
  } catch (error) {
    return error as Error // The database throws nothing else.
  }
  throw new Error('all was acknowledged, for two minutes')
}

/** Keeps the process alive: what looks for the files does not. */
async function alive<Result>(promise: Promise<Result>): Promise<Result> {
  const timer = setInterval(() => {}, 1_000)
  return promise.finally(() => clearInterval(timer))
}

const mainFile = (): string => {
  const name = readdirSync(path).find((it) => /^[a-z0-9]+\.sqlite$/.test(it))
  if (!name) throw new Error('the database has no file')
  return join(path, name)
}

const losses: Record<string, () => void> = {
  'the directory is deleted': () => rmSync(path, { recursive: true }),
  'the directory is renamed': () => renameSync(path, `${path}-away`),
  'the directory is renamed, with another in its place': () => {
    renameSync(path, `${path}-away`)
    mkdirSync(path)
  },
  'the directory is renamed, with a link to another in its place': () => {
    renameSync(path, `${path}-away`)
    mkdirSync(`${path}-other`)
    symlinkSync(`${path}-other`, path)
  },
  'the directory is renamed, with a link that leads nowhere in its place': () => {
    renameSync(path, `${path}-away`)
    symlinkSync(path, path)
  },
  'the file is deleted': () => rmSync(mainFile()),
  'the file is renamed': () => renameSync(mainFile(), join(parent, 'away')),
  'the write-ahead log is emptied': () => truncateSync(`${mainFile()}-wal`),
}

describe.each(Object.entries(losses))('when %s under an open database', (_, lose) => {
  test('an idle connection is closed by force, and says why in a warning', async () => {
    const isClosed = closed(database)
    lose()
    await alive(isClosed)
    expect(() => database.transaction('s')).toThrow(/InvalidState|closed/)
    expect(warnings).toEqual([expect.stringMatching(/moved|deleted|replaced|emptied/)])
  })

  test('relaxed commits come to an end, with a word why and a close event', async () => {
    const isClosed = closed(database)
    lose()
    const error = await firstFailure(() => put(database, 1, 'relaxed'))
    // Where the loss is noticed between two of them, the second meets a connection that is closing.
    const name = error.name === 'InvalidStateError' ? 'InvalidStateError' : 'UnknownError'
    expect(error).toMatchObject({ name })
    await isClosed
    expect([String(error), ...warnings].join()).toMatch(
      /(moved|deleted|replaced|emptied).* while .*; /,
    )
    expect(() => database.transaction('s')).toThrow(/InvalidState|closed/)
  })

  test('a strict commit is not acknowledged', async () => {
    await put(database, 1, 'relaxed')
    const isClosed = closed(database)
    lose()
    await expect(put(database, 2, 'strict')).rejects.toMatchObject({ name: 'UnknownError' })
    await isClosed
  })
})

describe('a directory that has come in its place', () => {
  test('is what the next requests use', async () => {
    const isClosed = closed(database)
    renameSync(path, `${path}-away`)
    mkdirSync(path)
    await alive(isClosed)
    const fresh = await openDatabase(indexedDB, () => {}, { version: 7 })
    expect(fresh.objectStoreNames).toHaveLength(0)
    expect(await indexedDB.databases()).toEqual([{ name: 'test', version: 7 }])
    expect(await versionIn(`${path}-away`)).toBe(1)
  })

  test('is not used by one that shares with no one, until it is closed', async () => {
    await close(indexedDB)
    indexedDB = createIndexedDB({ path, ifLocked: 'throw', onWarning: () => {} })
    database = await openDatabase(indexedDB, () => {})
    renameSync(path, `${path}-away`)
    mkdirSync(path)
    for (const name of ['test', 'new']) {
      const opening = openDatabase(indexedDB, () => {}, { name, version: 7 })
      if (name === 'test') database.close()
      await expect(opening).rejects.toMatchObject({
        name: 'UnknownError',
        message: expect.stringContaining(path),
      })
    }
    await expect(indexedDB.databases()).rejects.toMatchObject({ name: 'UnknownError' })
    await expect(resultOf(indexedDB.deleteDatabase('test'))).rejects.toMatchObject({
      name: 'UnknownError',
    })
    expect(readdirSync(path)).toEqual([])
    const other = nodeFs().directory(path)
    await other.lock(0)
    await other.close()
    await close(indexedDB)
    await openDatabase(indexedDB, () => {}, { version: 7 })
    expect(await versionIn(`${path}-away`)).toBe(1)
  })

  /** Of the database that was open. */
  async function versionIn(directory: string): Promise<number> {
    const factory = createIndexedDB({ path: directory })
    const { version } = await openDatabase(factory, () => {})
    await close(factory)
    return version
  }
})

test('what was committed is in the directory that was moved away', async () => {
  await put(database, 1, 'relaxed')
  renameSync(path, `${path}-away`)
  const isClosed = closed(database)
  await expect(put(database, 2, 'strict')).rejects.toMatchObject({ name: 'UnknownError' })
  await isClosed
  await close(indexedDB)
  expect(existsSync(path)).toBe(false)
  const moved = createIndexedDB({ path: `${path}-away` })
  const found = await openDatabase(moved, () => {})
  expect(await resultOf(found.transaction('s').objectStore('s').get(1))).toBe('x')
  await close(moved)
})

test('a directory put back in time causes no warning', async () => {
  renameSync(path, `${path}-away`)
  renameSync(`${path}-away`, path)
  await put(database, 1, 'strict')
  expect(warnings).toEqual([])
})

test('a directory that was deleted is made again by what is asked after the close event', async () => {
  await put(database, 1, 'relaxed')
  rmSync(path, { recursive: true })
  await alive(closed(database))
  const fresh = await openDatabase(indexedDB, (it) => void it.createObjectStore('s'))
  expect(await resultOf(fresh.transaction('s').objectStore('s').count())).toBe(0)
})

test('when one database is found to have lost the directory, all are closed', async () => {
  const other = await openDatabase(indexedDB, (it) => void it.createObjectStore('s'), {
    name: 'other',
  })
  const allClosed = Promise.all([closed(database), closed(other)])
  rmSync(path, { recursive: true })
  await expect(put(database, 1, 'strict')).rejects.toMatchObject({ name: 'UnknownError' })
  await allClosed
})

test('a lost write-ahead log alone costs nothing, and is told', async () => {
  await put(database, 1, 'relaxed')
  rmSync(`${mainFile()}-wal`)
  await put(database, 2, 'strict')
  expect(warnings).toEqual([expect.stringMatching(/deleted .*-wal/)])
  await close(indexedDB)
  const again = await openDatabase(indexedDB, () => {})
  expect(await resultOf(again.transaction('s').objectStore('s').count())).toBe(2)
})

test('a database whose log was emptied opens as its file was then', async () => {
  await put(database, 1, 'strict')
  await close(indexedDB)
  database = await openDatabase(indexedDB, () => {})
  await put(database, 2, 'relaxed')
  truncateSync(`${mainFile()}-wal`)
  await expect(put(database, 3, 'strict')).rejects.toMatchObject({ name: 'UnknownError' })
  await close(indexedDB)
  const again = await openDatabase(indexedDB, () => {})
  expect(await resultOf(again.transaction('s').objectStore('s').getAllKeys())).toEqual([1])
})
