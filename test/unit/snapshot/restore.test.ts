/** Database files opened, and made databases again. */
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { IDBFactory } from '../../../src/index.ts'
import {
  backup,
  diff,
  importDatabase,
  type ImportProgress,
  openBackup,
} from '../../../src/snapshot.ts'
import { inMemory, listOf, make, namesIn, open, ownTemporaryFiles, shop } from './databases.ts'

let from: IDBFactory
let to: IDBFactory
beforeEach(async () => {
  ;[from, to] = [inMemory(), inMemory()]
  await make(from, 'shop', 3, shop)
})

const bytesOf = async (stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await new Response(stream).arrayBuffer())

/** A stream of the bytes in pieces that end anywhere. */
function streamOf(bytes: Uint8Array<ArrayBuffer>, pieceSize = 1_000): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, (at += pieceSize)))
    },
  })
}

const copies = ownTemporaryFiles()

test('a copy that a killed process has left goes with the next opening, and none that is open', async () => {
  const bytes = await bytesOf(backup(from, 'shop'))
  const used = await openBackup(streamOf(bytes))
  const left = mkdtempSync(join(tmpdir(), 'idb-everywhere-scratch-'))
  const young = mkdtempSync(join(tmpdir(), 'idb-everywhere-scratch-'))
  writeFileSync(join(left, 'arrival.sqlite'), bytes)
  const [inUse] = copies()
    .map((it) => join(tmpdir(), it))
    .filter((it) => it !== left && it !== young)
  for (const path of [left, inUse ?? '']) utimesSync(path, 1, 1)
  const other = await openBackup(streamOf(bytes))
  expect([existsSync(left), existsSync(young), existsSync(inUse ?? '')]).toEqual([
    false,
    true,
    true,
  ])
  await expect(open(used.indexedDB, 'shop')).resolves.toMatchObject({ version: 3 })
  rmSync(young, { recursive: true })
  await other.close()
  await used.close()
  expect(copies()).toEqual([])
})

describe('importDatabase() of a backup', () => {
  test('makes the same database, key generators included', async () => {
    const bytes = await bytesOf(backup(from, 'shop'))
    const told: ImportProgress[] = []
    const onProgress = (it: ImportProgress): void => void told.push(it)
    const imported = await importDatabase(streamOf(bytes, 7), { indexedDB: to, onProgress })
    expect(imported).toEqual({ name: 'shop', version: 3, records: 7 })
    const differences = diff({ indexedDB: from, name: 'shop' }, { indexedDB: to, name: 'shop' })
    expect(await listOf(differences)).toEqual([])
    expect(told.at(-1)).toEqual({ phase: 'stored', records: 7, total: 7, bytes: bytes.length })
    const database = await open(to, 'shop')
    const request = database.transaction('log', 'readwrite').objectStore('log').add('four')
    const key = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)))
    expect(key).toBe(4)
    database.close()
  })

  test('refuses a name that is taken, and takes another', async () => {
    await make(to, 'shop', 1, () => undefined)
    const taken = importDatabase(backup(from, 'shop'), { indexedDB: to })
    const cause = { code: 'ERR_IDB_NAME_TAKEN', database: 'shop' }
    await expect(taken).rejects.toMatchObject({ name: 'ConstraintError', cause })
    const given = importDatabase(backup(from, 'shop'), { indexedDB: to, name: 'shop' })
    await expect(given).rejects.toMatchObject({ name: 'ConstraintError' })
    await importDatabase(backup(from, 'shop'), { indexedDB: to, name: 'copy' })
    const differences = diff({ indexedDB: from, name: 'shop' }, { indexedDB: to, name: 'copy' })
    expect(await listOf(differences)).toEqual([])
  })

  test('replaces a database whose connections it has asked to close', async () => {
    await make(to, 'shop', 9, (database) => void database.createObjectStore('old'))
    const old = await open(to, 'shop')
    const asked: (number | null)[] = []
    old.onversionchange = ({ newVersion }) => {
      asked.push(newVersion)
      old.close()
    }
    await importDatabase(backup(from, 'shop'), { indexedDB: to, replace: true })
    expect(asked).toEqual([null])
    const differences = diff({ indexedDB: from, name: 'shop' }, { indexedDB: to, name: 'shop' })
    expect(await listOf(differences)).toEqual([])
  })

  test('that is aborted while a connection stays open leaves the old database', async () => {
    await make(to, 'shop', 9, () => undefined)
    const old = await open(to, 'shop')
    const controller = new AbortController()
    old.onversionchange = () => controller.abort(new Error('enough'))
    const options = { indexedDB: to, replace: true, signal: controller.signal }
    await expect(importDatabase(backup(from, 'shop'), options)).rejects.toThrow('enough')
    expect(old.version).toBe(9)
    old.close()
  })

  test.each<[string, string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>]>([
    ['cut', 'ERR_IDB_CORRUPT', (bytes) => bytes.slice(0, 8192)],
    ['damaged', 'ERR_IDB_CORRUPT', (bytes) => bytes.fill(0xaa, 4096)],
    ['of another program', 'ERR_IDB_FOREIGN_FILE', (bytes) => bytes.fill(0, 68, 72)],
  ])(
    'of a file that is %s makes no database, and leaves the one that it was to replace',
    async (_, code, change) => {
      await make(to, 'shop', 9, () => undefined)
      const stream = streamOf(change(await bytesOf(backup(from, 'shop'))))
      const imported = importDatabase(stream, { indexedDB: to, replace: true })
      await expect(imported).rejects.toMatchObject({ name: 'UnknownError', cause: { code } })
      expect(await to.databases()).toEqual([{ name: 'shop', version: 9 }])
      expect(copies()).toEqual([])
    },
  )
})

describe('openBackup()', () => {
  test('gives a factory with the database, whose copy is gone when it is closed', async () => {
    const opened = await openBackup(backup(from, 'shop'))
    expect(opened).toMatchObject({ name: 'shop', version: 3 })
    expect(copies()).toHaveLength(1)
    const { indexedDB, name } = opened
    expect(await namesIn(indexedDB)).toEqual(['shop'])
    expect(await listOf(diff({ indexedDB: from, name }, { indexedDB, name }))).toEqual([])
    await opened[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]()
    expect(copies()).toEqual([])
  })
})
