/** Copies of a database's file, made while it is in use. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import type { Storage, StorageCopy, StorageDirectory } from '../../../src/storage/storage.ts'
import { memory } from '../../../vfs/memory.ts'
import { nodeFs } from '../../../vfs/node.ts'
import {
  directoryOn,
  engine,
  found,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-copies-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const onDisk = (path = 'owner'): StorageDirectory =>
  openStorageDirectory({
    vfs: nodeFs(),
    path: join(folder, path),
    waitMs: 0,
    integrityCheck: 'always',
    getEngine: engine,
  })

/** The path of the log of the database that all tests use. */
const logPath = (): string => join(folder, 'owner', `${fileNameOf('test')}-wal`)

function putAll(database: Storage, value: string, count = 300): void {
  for (let i = 0; i < count; i++) {
    transact(database, (it) => it.put(recordOf(`key ${i}`, value.padEnd(2000, '.'))))
  }
}

function begin(database: Storage): StorageCopy {
  const copy = database.care.copy?.()
  if (!copy) throw new Error('The engine has no copies to give')
  return copy
}

function readAll(copy: StorageCopy): Uint8Array {
  const pieces: Uint8Array[] = []
  for (let it = copy.read(); it; it = copy.read()) pieces.push(it)
  copy.end()
  return Buffer.concat(pieces)
}

/** The values of the copied database, whose pages are all checked as it is opened. */
async function valuesIn(bytes: Uint8Array): Promise<string[]> {
  const directory = onDisk('copy')
  await directory.own()
  writeFileSync(join(folder, 'copy', fileNameOf('test')), bytes)
  const database = await directory.open('test')
  try {
    expect(database.care.check()).toEqual([])
    return [...new Set(found(database).map(({ value }) => value.replace(/\.+$/, '')))]
  } finally {
    await database.close()
    await directory.close()
  }
}

describe.each([
  ['on disk', () => onDisk()],
  ['in memory', () => directoryOn(memory())],
])('%s', (_, directoryOf) => {
  let directory: StorageDirectory
  let database: Storage
  beforeEach(async () => {
    directory = directoryOf()
    database = await openWithStore(directory)
    putAll(database, 'first')
  })
  afterEach(async () => {
    await database.close()
    await directory.close()
  })

  test('a copy has all that was committed before it, and nothing of what is while it is read', async () => {
    found(database)
    const copy = begin(database)
    const first = copy.read()
    putAll(database, 'second')
    while (database.care.housekeep());
    const bytes = Buffer.concat([first ?? new Uint8Array(0), readAll(copy)])
    expect(bytes.length).toBe(copy.sizeBytes)
    expect(await valuesIn(bytes)).toEqual(['first'])
    expect(await valuesIn(readAll(begin(database)))).toEqual(['second'])
  })

  test('a copy that has ended gives no more, and another begins anew', async () => {
    const copy = begin(database)
    copy.read()
    copy.end()
    copy.end()
    expect(copy.read()).toBeNull()
    expect(await valuesIn(readAll(begin(database)))).toEqual(['first'])
  })
})

describe('the log of a database that is copied', () => {
  let directory: StorageDirectory
  let database: Storage
  beforeEach(async () => {
    directory = onDisk()
    database = await openWithStore(directory)
    putAll(database, 'first', 3000)
  })
  afterEach(async () => {
    await database.close()
    await directory.close()
  })

  test('stays until the copy has ended, and is tidied then', () => {
    const copy = begin(database)
    expect(database.care.pendingBytes()).toBe(0)
    putAll(database, 'second', 3000)
    const pendingBytes = database.care.pendingBytes()
    expect(pendingBytes).toBeGreaterThan(6_000_000)
    expect(database.care.housekeep()).toBe(false)
    expect(database.care.pendingBytes()).toBe(pendingBytes)
    copy.end()
    while (database.care.housekeep());
    expect(database.care.pendingBytes()).toBe(0)
  })

  test('is emptied where that cannot wait, which ends the copy', () => {
    const copy = begin(database)
    putAll(database, 'second')
    rmSync(logPath())
    database.care.housekeep()
    expect(() => copy.read()).toThrow(/the copy was given up, as its log could not become longer/)
    expect(statSync(logPath()).size).toBe(0)
    copy.end()
    expect(readAll(begin(database)).length).toBeGreaterThan(6_000_000)
  })

  test('may be copied into the file by another tool that has it open, so that no copy is made then', () => {
    writeFileSync(`${logPath().slice(0, -'wal'.length)}shm`, 'x')
    expect(() => begin(database)).toThrow(/another program has the file open/)
    rmSync(`${logPath().slice(0, -'wal'.length)}shm`)
    expect(readdirSync(join(folder, 'owner'))).toContain(`${fileNameOf('test')}-wal`)
    expect(readAll(begin(database)).length).toBeGreaterThan(6_000_000)
  })
})
