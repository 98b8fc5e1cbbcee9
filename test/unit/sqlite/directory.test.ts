import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { usualCacheBytes } from '../../../src/sqlite/care/cache-budget.ts'
import { openDatabaseFile } from '../../../src/sqlite/database-file.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { writeDeletedMark } from '../../../src/sqlite/schema/write-schema.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import type { StorageError } from '../../../src/errors.ts'
import type { Storage, StorageDirectory } from '../../../src/storage/storage.ts'
import { memory } from '../../../vfs/memory.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import {
  directoryOn,
  engine,
  found,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

let path: string
let directory: StorageDirectory
const warnings: StorageError[] = []

function onDisk(vfs: Vfs = nodeFs()): StorageDirectory {
  const onWarning = (warning: StorageError): void => void warnings.push(warning)
  return openStorageDirectory({ vfs, path, waitMs: 0, getEngine: engine, onWarning })
}

beforeEach(() => {
  path = fs.mkdtempSync(join(tmpdir(), 'sqlite-test-'))
  directory = onDisk()
  warnings.length = 0
})

afterEach(async () => {
  await directory.close()
  fs.rmSync(path, { recursive: true })
})

const fileOf = (name: string): string => join(path, fileNameOf(name))
/** The databases' files, logs included, without the lock of the directory, which some runtimes keep in a file of SQLite's, too. */
const databaseFiles = (): string[] =>
  fs.readdirSync(path).filter((name) => /^[^.].*sqlite/.test(name))

describe.each([
  ['memory', memory],
  ['node', nodeFs],
])('on the %s VFS', (_, vfs) => {
  test('everything is there again after closing and opening', async () => {
    directory = onDisk(vfs())
    const name = 'lone \ud800 surrogate\0'
    const database = await openWithStore(directory, {
      name,
      indexes: [indexOf(1, { unique: true })],
    })
    transact(database, (it) => {
      it.changeSchema({
        type: 'createObjectStore',
        store: {
          id: 2,
          name: '\udfff',
          keyPath: 'b.\ud800',
          autoIncrement: true,
          indexes: new Map(),
        },
      })
      it.setCurrentNumber(2, 2 ** 53)
      it.changeSchema({ type: 'setVersion', version: 2 ** 53 - 1 })
      it.put(recordOf('a', 'x'.repeat(9000), { indexKeys: indexKeys([1, 'k']) }))
    })
    await database.close()

    const again = await directory.open(name)
    expect(numberOf(again, 2)).toBe(2 ** 53)
    expect(again.schema.version).toBe(2 ** 53 - 1)
    expect(again.schema.nextStoreId).toBe(3)
    expect(again.schema.nextIndexId).toBe(2)
    expect(again.schema.stores.get(2)).toMatchObject({ name: '\udfff', keyPath: 'b.\ud800' })
    expect(again.schema.stores.get(1)?.indexes.get(1)).toEqual(indexOf(1, { unique: true }))
    expect(found(again, { indexId: 1 })[0]?.value).toHaveLength(9000)
    expect(again.care.check()).toEqual([])
    await again.close()
    expect(await directory.list()).toEqual([{ name, version: 2 ** 53 - 1 }])
  })

  test('a database whose upgrade never committed leaves nothing', async () => {
    directory = onDisk(vfs())
    const database = await directory.open('test')
    const transaction = database.begin()
    transaction.changeSchema({ type: 'setVersion', version: 1 })
    transaction.rollback()
    expect(await directory.list()).toEqual([])
    await database.close()
    expect(await directory.list()).toEqual([])
    expect(databaseFiles()).toEqual([])
  })

  test('delete() gives the old version and 0 for a missing database', async () => {
    directory = onDisk(vfs())
    const database = await openWithStore(directory)
    await database.close()
    expect(await directory.delete('test')).toBe(1)
    expect(await directory.delete('test')).toBe(0)
    expect(await directory.list()).toEqual([])
    expect(databaseFiles()).toEqual([])
  })
})

test('closing leaves one checkpointed file per database', async () => {
  const database = await openWithStore(directory)
  expect(databaseFiles()).toHaveLength(2)
  await database.close()
  expect(databaseFiles()).toEqual([fileNameOf('test')])
})

test('what is committed is in the files before the database is closed', async () => {
  const database = await openWithStore(directory)
  transact(database, (it) => it.put(recordOf('a')))
  const transaction = database.begin()
  transaction.put(recordOf('never committed'))
  const elsewhere = copyFiles()
  transaction.rollback()
  await database.close()

  const other = directoryOn(nodeFs(), elsewhere)
  const copy = await other.open('test')
  expect(found(copy).map(({ key }) => key)).toEqual(['a'])
  expect(copy.care.check()).toEqual([])
  await copy.close()
  await other.close()
  fs.rmSync(elsewhere, { recursive: true })
})

test('a database too small to grow names in its header the version of SQLite that wrote it', async () => {
  const database = await openWithStore(directory)
  await database.close()
  const header = fs.readFileSync(fileOf('test'))
  const { module } = await engine()
  expect(header.readUInt32BE(96)).toBe(module._sqlite3_libversion_number())
})

test('sync() and syncLater() return, also for a new database', async () => {
  const database = await openWithStore(directory)
  database.durability.sync()
  transact(database, (it) => it.put(recordOf('a')))
  await database.durability.syncLater?.()
  expect(database.care.pendingBytes()).toBeGreaterThan(0)
  await database.close()
})

test('a log deleted while a transaction outlasts a sync is replaced before the next one begins', async () => {
  const database = await openWithStore(directory)
  transact(database, (it) => it.put(recordOf('a')))
  const syncing = database.durability.syncLater?.()
  const transaction = database.begin()
  fs.rmSync(`${fileOf('test')}-wal`)
  await syncing
  expect(warnings).toEqual([])
  transaction.rollback()
  const next = database.begin()
  expect(warnings).toHaveLength(1)
  next.rollback()
  await database.close()
  const again = await directory.open('test')
  expect(found(again).map(({ key }) => key)).toEqual(['a'])
  await again.close()
})

test('housekeep() checkpoints a long log, and gives free pages back', async () => {
  const database = await openWithStore(directory)
  transact(database, (it) => {
    for (let i = 0; i < 600; i++) it.put(recordOf(`k${i}`, 'x'.repeat(10_000)))
  })
  expect(database.care.pendingBytes()).toBeGreaterThan(6_000_000)
  while (database.care.housekeep());
  expect(database.care.pendingBytes()).toBe(0)
  const fullSize = fs.statSync(fileOf('test')).size
  transact(database, (it) => it.clear(1))
  for (let i = 0; i < 100 && database.care.housekeep(); i++);
  expect(database.care.check()).toEqual([])
  await database.close()
  expect(fs.statSync(fileOf('test')).size).toBeLessThan(fullSize / 2)
})

test('a log deleted by another program costs nothing and is reported', async () => {
  const database = await openWithStore(directory)
  transact(database, (it) => it.put(recordOf('a')))
  fs.rmSync(`${fileOf('test')}-wal`)
  database.durability.sync()
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining('another program deleted'),
  ])
  transact(database, (it) => it.put(recordOf('b')))
  database.durability.sync()
  const elsewhere = copyFiles()
  await database.close()
  expect(warnings).toHaveLength(1)

  const other = directoryOn(nodeFs(), elsewhere)
  const copy = await other.open('test')
  expect(found(copy).map(({ key }) => key)).toEqual(['a', 'b'])
  await copy.close()
  await other.close()
  fs.rmSync(elsewhere, { recursive: true })
})

test('an interrupted deletion is finished by open() and by list()', async () => {
  await (await openWithStore(directory, { name: 'a' })).close()
  await (await openWithStore(directory, { name: 'b' })).close()
  await directory.close()
  for (const name of ['a', 'b']) await markDeleted(name)

  directory = onDisk()
  const fresh = await directory.open('a')
  expect(fresh.schema.version).toBe(0)
  await fresh.close()
  expect(await directory.list()).toEqual([])
  expect(databaseFiles()).toEqual([])
})

test('a log left behind is not replayed into a new database of its name', async () => {
  const database = await openWithStore(directory)
  transact(database, (it) => it.put(recordOf('old')))
  const log = fs.readFileSync(`${fileOf('test')}-wal`)
  await database.close()
  await directory.delete('test')
  fs.writeFileSync(`${fileOf('test')}-wal`, log)

  const fresh = await openWithStore(directory)
  expect(found(fresh)).toEqual([])
  await fresh.close()
})

describe('a file that is not a sound database of ours', () => {
  const sound = async (): Promise<Buffer> => {
    await (await openWithStore(directory)).close()
    return fs.readFileSync(fileOf('test'))
  }
  const patched = async (offset: number, value: number): Promise<Buffer> => {
    const bytes = await sound()
    bytes.writeUInt32BE(value, offset)
    return bytes
  }

  test.each<[string, RegExp, () => Buffer | Promise<Buffer>]>([
    ['text', /is not an SQLite file/, () => Buffer.from('hello, world')],
    ['random bytes', /is not an SQLite file/, () => Buffer.alloc(20_000, 0xa7)],
    ['another program’s database', /another program/, () => patched(68, 0)],
    ['of a newer format', /has format 9, newer than 2/, () => patched(60, 9)],
    ['cut short', /shorter than its header/, async () => (await sound()).subarray(0, 8192)],
    ['with damaged tables', /file/, async () => (await sound()).fill(0xa7, 100, 4096)],
  ])('%s: open() fails, list() goes on, the file stays', async (_, message, make) => {
    const bytes = await make()
    await directory.close()
    fs.writeFileSync(fileOf('test'), bytes)
    directory = onDisk()
    await expect(directory.open('test')).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:corrupt|foreign)$/),
      message: expect.stringMatching(message),
    })
    await expect(directory.open('test')).rejects.toThrow('Database "test" (file ')
    await expect(directory.delete('test')).rejects.toThrow(message)
    await (await openWithStore(directory, { name: 'other' })).close()
    expect(await directory.list()).toEqual([{ name: 'other', version: 1 }])
    expect(fs.readFileSync(fileOf('test')).equals(bytes)).toBe(true)
  })

  test('a directory in its place: open() fails, list() goes on', async () => {
    fs.mkdirSync(fileOf('test'))
    await expect(directory.open('test')).rejects.toMatchObject({ name: 'StorageError' })
    expect(await directory.list()).toEqual([])
  })

  test('under another database’s name is refused', async () => {
    const bytes = await sound()
    fs.writeFileSync(fileOf('other'), bytes)
    await expect(directory.open('other')).rejects.toThrow('holds the database "test"')
  })
})

test('a full disk fails with "full", and the database goes on when there is room', async () => {
  const full = directoryOn(faulty(memory(), { freeBytes: 300_000 }))
  const database = await openWithStore(full)
  transact(database, (it) => it.put(recordOf('a')))
  const fill = (): void =>
    transact(database, (it) => {
      for (let i = 0; i < 500; i++) it.put(recordOf(`k${i}`, 'x'.repeat(5000)))
    })
  expect(fill).toThrow(expect.objectContaining({ code: 'full' }))
  expect(found(database).map(({ key }) => key)).toEqual(['a'])
  transact(database, (it) => it.put(recordOf('b')))
  expect(database.care.check()).toEqual([])
  await database.close()
  await full.close()
})

test('a taken directory fails with "busy" and names the owner', async () => {
  await (await openWithStore(directory)).close()
  const second = onDisk()
  await expect(second.list()).rejects.toMatchObject({ code: 'busy' })
  await second.close()
})

test('1,000 databases come and go without growing the heap', async () => {
  const transient = directoryOn()
  const run = async (): Promise<void> => {
    const database = await openWithStore(transient, { indexes: [indexOf(1)] })
    transact(database, (it) => it.put(recordOf('a', 'a', { indexKeys: indexKeys([1, 'k']) })))
    await database.close()
    await transient.delete('test')
  }
  for (let i = 0; i < 20; i++) await run()
  const before = await usedBytes()
  for (let i = 0; i < 1000; i++) await run()
  // The glue keeps some 90 bytes for each file it has ever opened.
  expect((await usedBytes()) - before).toBeLessThan(1000 * 1000)
  await transient.close()
})

/** Where the next large block of the heap would lie: what was freed is given out again first. */
async function usedBytes(): Promise<number> {
  const { module } = await engine()
  const pointer = module._sqlite3_malloc(4 * 1024 * 1024)
  module._sqlite3_free(pointer)
  return pointer
}

function copyFiles(): string {
  const elsewhere = fs.mkdtempSync(join(tmpdir(), 'sqlite-copy-'))
  for (const name of databaseFiles()) fs.copyFileSync(join(path, name), join(elsewhere, name))
  return elsewhere
}

/** Does the first half of a deletion: sets the mark. */
async function markDeleted(name: string): Promise<void> {
  const vfsDirectory = nodeFs().directory(path)
  await vfsDirectory.lock(0)
  const loaded = await engine()
  const mount = loaded.bridge.mount(vfsDirectory, { isPersistent: true })
  const opened = await openDatabaseFile(
    {
      engine: loaded,
      directory: vfsDirectory,
      mount,
      isPersistent: true,
      quota: null,
      cacheBytes: usualCacheBytes,
    },
    { fileName: fileNameOf(name), label: name, create: false },
  )
  if (!opened) throw new Error('unreachable: the database is there')
  writeDeletedMark(opened.connection)
  opened.connection.close()
  loaded.bridge.unmount(mount)
  await vfsDirectory.close()
}

describe('a connection that a database in memory has left behind', () => {
  const versionsAndKeys = async (from: StorageDirectory, name: string) => {
    const database = await from.open(name)
    const keys = database.schema.version === 0 ? [] : found(database).map(({ key }) => key)
    await database.close()
    return [database.schema.version, keys]
  }
  const fill = async (to: StorageDirectory, name: string, keys: string) => {
    const database = await openWithStore(to, { name })
    transact(database, (it) => {
      for (const key of keys) it.put(recordOf(key, key.repeat(5000)))
    })
    await database.close()
  }

  test('shows the next database nothing of the last', async () => {
    const inMemory = directoryOn()
    await fill(inMemory, 'one', 'abcdef')
    await fill(inMemory, 'two', 'x')
    expect(await versionsAndKeys(inMemory, 'one')).toEqual([1, ['a', 'b', 'c', 'd', 'e', 'f']])
    expect(await versionsAndKeys(inMemory, 'two')).toEqual([1, ['x']])
    expect(await versionsAndKeys(inMemory, 'none')).toEqual([0, []])
    expect(await versionsAndKeys(inMemory, 'one')).toEqual([1, ['a', 'b', 'c', 'd', 'e', 'f']])
  })

  test('serves as many databases at a time as are open, and other directories', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const directories = [directoryOn(memory()), directoryOn(memory())]
    for (let round = 0; round < 2; round++) {
      for (const inMemory of directories) {
        const open = await Promise.all(
          names.map((name) =>
            round === 0 ? openWithStore(inMemory, { name }) : inMemory.open(name),
          ),
        )
        open.forEach((database, i) => {
          transact(database, (it) => it.put(recordOf(`${round}${names[i]}`)))
        })
        for (const database of open.reverse()) await database.close()
      }
    }
    for (const inMemory of directories) {
      for (const name of names) {
        expect(await versionsAndKeys(inMemory, name)).toEqual([1, [`0${name}`, `1${name}`]])
      }
    }
  })

  test('is of use after a transaction that was rolled back', async () => {
    const inMemory = directoryOn()
    const database = await openWithStore(inMemory, { name: 'one' })
    const transaction = database.begin()
    transaction.put(recordOf('a'))
    await database.close()
    await fill(inMemory, 'two', 'x')
    expect(await versionsAndKeys(inMemory, 'one')).toEqual([1, []])
    expect(await versionsAndKeys(inMemory, 'two')).toEqual([1, ['x']])
  })
})

describe('taking the ownership', () => {
  const opened = (getEngine: typeof engine, vfs: Vfs = memory(), released: string[] = []) =>
    openStorageDirectory({
      vfs,
      path: 'x',
      waitMs: 0,
      getEngine,
      releaseEngine: () => void released.push('engine'),
    })

  test('the directory is locked while the engine is being loaded', async () => {
    const vfs = faulty(memory())
    let lockCount = 0
    const storage = opened(async () => {
      await Promise.resolve()
      lockCount = vfs.callCount('lock')
      return engine()
    }, vfs)
    expect(await storage.list()).toEqual([])
    expect(lockCount).toBe(1)
    await storage.close()
  })

  test('an engine that cannot be loaded leaves the directory to others', async () => {
    const vfs = memory()
    const failing = opened(() => Promise.reject(new Error('no engine')), vfs)
    await expect(failing.list()).rejects.toThrow('no engine')
    const other = opened(engine, vfs)
    expect(await other.list()).toEqual([])
    await other.close()
  })

  test('a directory that cannot be locked gives the engine back', async () => {
    const vfs = faulty(memory(), { faults: [{ on: 'lock', nth: 1 }] })
    const released: string[] = []
    const storage = opened(engine, vfs, released)
    await expect(storage.list()).rejects.toThrow('Injected fault EIO in lock')
    expect(released).toEqual(['engine'])
    expect(await storage.list()).toEqual([])
    await storage.close()
  })
})

/** A key generator's current number. */
function numberOf(database: Storage, storeId: number): number {
  const transaction = database.begin()
  const number = transaction.currentNumber(storeId)
  transaction.rollback()
  return number
}
