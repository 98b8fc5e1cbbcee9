/** Copies of databases as SQLite files, at the owner and at its clients. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  utimesSync,
} from 'node:fs'
import * as fsPromises from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { close, createIndexedDB, serve } from '../../../src/index.ts'
import type { IDBDatabase, IDBFactory } from '../../../src/index.ts'
import { backup, type BackupProgress, backupToFile, diff } from '../../../src/snapshot.ts'
import { type FileModules, targetOf } from '../../../src/snapshot/backup/whole-file.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { completion, resultOf } from '../../kit/promises.ts'
import { bundleProgram } from '../../kit/server-program.ts'
import { inMemory, listOf, make, open, shop } from './databases.ts'

let folder: string
const factories: IDBFactory[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-backup-'))
})
afterEach(async () => {
  for (const it of factories.splice(0)) await close(it)
  rmSync(folder, { recursive: true })
})

function factoryAt(path: string): IDBFactory {
  const factory = createIndexedDB({ path: join(folder, path), integrityCheck: 'always' })
  factories.push(factory)
  return factory
}

const bytesOf = async (stream: ReadableStream<Uint8Array>): Promise<Uint8Array> =>
  new Uint8Array(await new Response(stream).arrayBuffer())

let copyCount = 0
/** A factory on a directory in which the backup was put. */
async function factoryOn(name: string, bytes: Uint8Array): Promise<IDBFactory> {
  const path = `copy ${++copyCount}`
  const factory = factoryAt(path)
  // It makes the directory.
  await factory.databases()
  await close(factory)
  writeFileSync(join(folder, path, fileNameOf(name)), bytes)
  return factory
}

/** A database of some MiB, all of whose records are 'first'. */
async function makeLarge(factory: IDBFactory): Promise<void> {
  await make(factory, 'large', 1, (database) => {
    const store = database.createObjectStore('s')
    for (let i = 0; i < 300; i++) store.put({ round: 'first', text: 'x'.repeat(10_000) }, i)
  })
}

async function rewrite(database: IDBDatabase, round: string): Promise<void> {
  const transaction = database.transaction('s', 'readwrite')
  const store = transaction.objectStore('s')
  for (let i = 0; i < 300; i++) store.put({ round, text: 'y'.repeat(10_000) }, i)
  await completion(transaction)
}

async function roundsIn(factory: IDBFactory): Promise<string[]> {
  const database = await open(factory, 'large')
  const values: { round: string }[] = await resultOf(
    database.transaction('s').objectStore('s').getAll(),
  )
  database.close()
  return [...new Set(values.map(({ round }) => round))]
}

/** Both ends of a channel, closed after the test. */
function clientOf(owner: IDBFactory): IDBFactory {
  const { port1, port2 } = new MessageChannel()
  serve(port1, owner)
  const client = createIndexedDB({ port: port2 })
  factories.push(client)
  return client
}

describe.each<[string, () => IDBFactory]>([
  ['at the owner, on disk', () => factoryAt('a')],
  ['at the owner, in memory', inMemory],
  ['over a port, on disk', () => clientOf(factoryAt('a'))],
  ['over a port, in memory', () => clientOf(inMemory())],
])('%s', (_, make_) => {
  test('a backup put into a directory is the same database', async () => {
    const factory = make_()
    await make(factory, 'shop', 3, shop)
    const copy = await factoryOn('shop', await bytesOf(backup(factory, 'shop')))
    expect(await copy.databases()).toEqual([{ name: 'shop', version: 3 }])
    const differences = diff(
      { indexedDB: factory, name: 'shop' },
      { indexedDB: copy, name: 'shop' },
    )
    expect(await listOf(differences)).toEqual([])
  })

  test('a backup has one state, and what is written while it is read waits for nothing', async () => {
    const factory = make_()
    await makeLarge(factory)
    const reader = backup(factory, 'large').getReader()
    const pieces = [await reader.read()]
    const database = await open(factory, 'large')
    await rewrite(database, 'second')
    for (let it = await reader.read(); !it.done; it = await reader.read()) pieces.push(it)
    database.close()
    expect(pieces.length).toBeGreaterThan(5)
    const bytes = Buffer.concat(pieces.map(({ value }) => value ?? new Uint8Array(0)))
    expect(await roundsIn(await factoryOn('large', bytes))).toEqual(['first'])
    expect(await roundsIn(factory)).toEqual(['second'])
  })

  test('a backup waits for a transaction that writes, and has what it has written', async () => {
    const factory = make_()
    await makeLarge(factory)
    const database = await open(factory, 'large')
    const rewritten = rewrite(database, 'second')
    const bytes = await bytesOf(backup(factory, 'large'))
    await rewritten
    database.close()
    expect(await roundsIn(await factoryOn('large', bytes))).toEqual(['second'])
  })

  test('backups at once are made one after the other, and one that is cancelled lets the next go on', async () => {
    const factory = make_()
    await makeLarge(factory)
    const cancelled = backup(factory, 'large').getReader()
    await cancelled.read()
    const [one, two] = [bytesOf(backup(factory, 'large')), bytesOf(backup(factory, 'large'))]
    await cancelled.cancel()
    for (const bytes of await Promise.all([one, two])) {
      expect(await roundsIn(await factoryOn('large', bytes))).toEqual(['first'])
    }
  })

  test('a backup that is aborted ends with the reason, and nothing waits for it', async () => {
    const factory = make_()
    await makeLarge(factory)
    const controller = new AbortController()
    const reader = backup(factory, 'large', { signal: controller.signal }).getReader()
    await reader.read()
    controller.abort(new Error('enough'))
    await expect(reader.read()).rejects.toThrow('enough')
    await resultOf(factory.deleteDatabase('large'))
    expect(await factory.databases()).toEqual([])
  })

  test('progress is told in bytes of the whole', async () => {
    const factory = make_()
    await makeLarge(factory)
    const told: BackupProgress[] = []
    const bytes = await bytesOf(backup(factory, 'large', { onProgress: (it) => told.push(it) }))
    expect(told.at(-1)).toEqual({ bytes: bytes.length, total: bytes.length })
    expect(told[0]).toEqual({ bytes: 512 * 1024, total: bytes.length })
  })

  test('a database without stores has a backup, and one that there is not has none', async () => {
    const factory = make_()
    await make(factory, 'empty', 7, () => undefined)
    const copy = await factoryOn('empty', await bytesOf(backup(factory, 'empty')))
    expect(await copy.databases()).toEqual([{ name: 'empty', version: 7 }])
    await expect(bytesOf(backup(factory, 'missing'))).rejects.toThrow(/no database "missing"/)
    expect(await factory.databases()).toEqual([{ name: 'empty', version: 7 }])
  })
})

test.each([
  ['its factory is closed', (owner: IDBFactory) => owner],
  ['its owner is closed', (owner: IDBFactory) => clientOf(owner)],
])('a backup fails when %s', async (_, factoryOf) => {
  const owner = inMemory()
  await makeLarge(owner)
  const reader = backup(factoryOf(owner), 'large').getReader()
  await reader.read()
  await close(owner)
  await expect(reader.read()).rejects.toMatchObject({ cause: { code: 'ERR_IDB_CLOSED' } })
})

test('a backup of the database of another IndexedDB is refused at once', () => {
  const foreign = { databases: async () => [{ name: 'd', version: 1 }] } as unknown as IDBFactory
  const expected = { name: 'TypeError', code: 'ERR_IDB_INVALID_OPTION' }
  expect(() => backup(foreign, 'd')).toThrow(expect.objectContaining(expected))
})

const partsIn = (path: string): string[] => readdirSync(path).filter((it) => it.endsWith('.part'))

describe('a backup in a file', () => {
  test('is whole although another is made to the same path at the same time, and leaves what others call alike', async () => {
    const factory = factoryAt('a')
    await makeLarge(factory)
    await make(factory, 'shop', 3, shop)
    const path = join(folder, 'backup.sqlite')
    writeFileSync(`${path}.part`, "a user's")
    const [one, other] = await Promise.all([
      backupToFile(factory, 'large', path),
      backupToFile(factory, 'large', path),
    ])
    expect(one).toEqual(other)
    expect(readFileSync(path).length).toBe(one.bytes)
    expect(await roundsIn(await factoryOn('large', readFileSync(path)))).toEqual(['first'])
    expect(
      readdirSync(folder)
        .filter((it) => it.startsWith('backup'))
        .sort(),
    ).toEqual(['backup.sqlite', 'backup.sqlite.part'])
    expect(readFileSync(`${path}.part`, 'utf8')).toBe("a user's")
  })

  test('is refused under the name of a database in its directory, which stays as it is', async () => {
    const factory = factoryAt('a')
    await make(factory, 'shop', 3, shop)
    await make(factory, 'other', 1, shop)
    for (const ending of ['', '-wal']) {
      const path = join(folder, 'a', fileNameOf('other') + ending)
      await expect(backupToFile(factory, 'shop', path)).rejects.toMatchObject({
        name: 'TypeError',
        code: 'ERR_IDB_INVALID_OPTION',
        option: 'path',
      })
    }
    const link = join(folder, 'link.sqlite')
    symlinkSync(join(folder, 'a', fileNameOf('other')), link)
    await expect(backupToFile(factory, 'shop', link)).rejects.toThrow(/one of them/)
    await close(factory)
    expect(await factoryAt('a').databases()).toContainEqual({ name: 'other', version: 1 })
  })

  test('is refused under that name also where what has it goes in that moment', async () => {
    const fs = {
      stat: async () => ({ isFile: () => true }),
      realpath: () => Promise.reject(new Error('ENOENT')),
    }
    const modules = { fs: { ...fsPromises, ...fs }, path: posix } as unknown as FileModules
    const log = `${fileNameOf('other')}-wal`
    await expect(targetOf(modules, `/a/${log}`)).rejects.toMatchObject({ option: 'path' })
    expect(await targetOf(modules, '/a/copy')).toBe('/a/copy')
  })

  test('replaces the file that a link leads to, and neither a directory nor a pipe', async () => {
    const factory = factoryAt('a')
    await make(factory, 'shop', 3, shop)
    const [file, link, directory, pipe] = ['file', 'link', 'directory', 'pipe'].map((it) =>
      join(folder, it),
    ) as [string, string, string, string]
    writeFileSync(file, 'old')
    symlinkSync(file, link)
    const { bytes } = await backupToFile(factory, 'shop', link)
    expect(readFileSync(file).length).toBe(bytes)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    mkdirSync(directory)
    if (process.platform !== 'win32') execFileSync('mkfifo', [pipe])
    else mkdirSync(pipe)
    for (const it of [directory, pipe]) {
      await expect(backupToFile(factory, 'shop', it)).rejects.toThrow(/is no file/)
      expect(lstatSync(it).isFile()).toBe(false)
    }
    expect(partsIn(folder)).toEqual([])
  })

  test('takes the place of what was there when it is whole', async () => {
    const factory = factoryAt('a')
    await makeLarge(factory)
    const path = join(folder, 'backup.sqlite')
    writeFileSync(path, 'old')
    const { bytes } = await backupToFile(factory, 'large', path)
    expect(readFileSync(path).length).toBe(bytes)
    expect(partsIn(folder)).toEqual([])
    expect(await roundsIn(await factoryOn('large', readFileSync(path)))).toEqual(['first'])
  })

  test('leaves what was there when it fails', async () => {
    const factory = factoryAt('a')
    await makeLarge(factory)
    const path = join(folder, 'backup.sqlite')
    writeFileSync(path, 'old')
    const controller = new AbortController()
    const onProgress = (): void => controller.abort(new Error('enough'))
    const options = { signal: controller.signal, onProgress }
    await expect(backupToFile(factory, 'large', path, options)).rejects.toThrow('enough')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(partsIn(folder)).toEqual([])
  })

  const hasSqlite3 = !spawnSync('sqlite3', ['-version']).error
  test.skipIf(!hasSqlite3)('is whole to SQLite, and needs no other file', async () => {
    const factory = factoryAt('a')
    await makeLarge(factory)
    const database = await open(factory, 'large')
    const writing = rewrite(database, 'second')
    const path = join(folder, 'backup.sqlite')
    await backupToFile(factory, 'large', path)
    await writing
    database.close()
    const sql = 'PRAGMA integrity_check; PRAGMA journal_mode; SELECT count(*) FROM records'
    const told = execFileSync('sqlite3', ['-readonly', path, sql], { encoding: 'utf8' })
    expect(told).toBe('ok\ndelete\n300\n')
  })

  test('is made by a client in another process while the owner writes, and one that is killed leaves nothing half', async () => {
    const owner = factoryAt('a')
    await makeLarge(owner)
    const path = join(folder, 'backup.sqlite')
    writeFileSync(path, 'old')
    const script = join(folder, 'client.mjs')
    await bundleProgram(clientProgram(join(folder, 'a'), path), script)
    const database = await open(owner, 'large')
    const client = spawn(process.execPath, [script, 'stop'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(client.stdout, 'data')
    client.kill('SIGKILL')
    await once(client, 'exit')
    expect(readFileSync(path, 'utf8')).toBe('old')
    const [part = ''] = partsIn(folder)

    let isOver = false
    const again = spawn(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] })
    const exited = once(again, 'exit').finally(() => (isOver = true))
    for (let round = 0; !isOver; round++) await rewrite(database, `round ${round}`)
    expect(await exited).toEqual([0, null])
    database.close()
    expect(await roundsIn(await factoryOn('large', readFileSync(path)))).toHaveLength(1)
    // The killed one's, which is removed by the first that comes an hour later. That of a process that runs is not.
    expect(partsIn(folder)).toEqual([part])
    const running = `backup.sqlite.${process.pid}-abc-1.part`
    writeFileSync(join(folder, running), '')
    for (const name of [part, running]) utimesSync(join(folder, name), 1, 1)
    await backupToFile(owner, 'large', join(folder, 'other.sqlite'))
    expect(partsIn(folder)).toEqual([running])
  })
})

/** With the argument `stop` it says when it has written something, and goes no further. */
function clientProgram(directory: string, path: string): string {
  return `
    import { createIndexedDB } from './src/index.ts'
    import { backupToFile } from './src/snapshot.ts'
    const indexedDB = createIndexedDB({ path: ${JSON.stringify(directory)} })
    const onProgress = ({ bytes }) => {
      if (process.argv[2] !== 'stop' || bytes < 1_000_000) return
      process.stdout.write('stopped')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    }
    await backupToFile(indexedDB, 'large', ${JSON.stringify(path)}, { onProgress })
    await indexedDB[Symbol.asyncDispose]?.()
    process.exit(0)
  `
}
