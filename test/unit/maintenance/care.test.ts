import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  checkDirectory,
  compact,
  listDatabases,
  removeDatabase,
  salvage,
} from '../../../src/maintenance.ts'
import { close, createIndexedDB, type IDBBlocker } from '../../../src/index.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import {
  bookCount,
  damageBySql,
  filesIn,
  flipByte,
  libraryFile,
  makeLibrary,
  newDirectory,
  use,
} from './library.ts'

vi.setConfig({ testTimeout: 60_000 })

let path = ''
let remove = (): void => {}

beforeEach(async () => {
  ;({ path, remove } = newDirectory())
  await makeLibrary(path)
})
afterEach(() => remove())

const sizeOf = (name: string): number => statSync(join(path, name)).size

/** All books that can be read, by a program. */
function books(): Promise<{ id: number; title: string }[]> {
  return use(path, async (factory) => {
    const database = await openDatabase(factory, () => {}, { name: 'library', version: 7 })
    const found = await resultOf(database.transaction('books').objectStore('books').getAll())
    database.close()
    return found
  })
}

test('a list has names, versions and sizes, and the other files with what they are', async () => {
  writeFileSync(join(path, 'notes.txt'), 'four')
  writeFileSync(join(path, fileNameOf('text')), 'x'.repeat(200))
  const size = sizeOf(libraryFile)
  expect(await listDatabases(path)).toEqual({
    databases: [{ name: 'library', version: 7, file: libraryFile, sizeBytes: size, logBytes: 0 }],
    others: [
      {
        file: fileNameOf('text'),
        role: 'database',
        sizeBytes: 200,
        damage: expect.stringContaining('it is not an SQLite file') as string,
      },
      { file: 'notes.txt', role: 'foreign', sizeBytes: 4, damage: null },
    ].sort((a, b) => (a.file < b.file ? -1 : 1)),
  })
})

test('a list of a damaged database says why it cannot be opened, and leaves nothing beside it', async () => {
  const bytes = readFileSync(join(path, libraryFile)).fill(0xa7, 100, 4_096)
  writeFileSync(join(path, libraryFile), bytes)
  const before = readdirSync(path)
  const { others } = await listDatabases(path)
  expect(others).toMatchObject([
    { file: libraryFile, damage: expect.stringContaining('malformed') as string },
  ])
  expect(readdirSync(path)).toEqual(before)
  expect(readFileSync(join(path, libraryFile)).equals(bytes)).toBe(true)
})

test('each damaged file is listed with what is wrong with it, and warned of by its name', async () => {
  const text = fileNameOf('text')
  writeFileSync(join(path, text), 'x'.repeat(200))
  const bytes = readFileSync(join(path, libraryFile)).fill(0xa7, 100, 4_096)
  writeFileSync(join(path, libraryFile), bytes)
  const { others } = await listDatabases(path)
  const damage = new Map(others.map((it) => [it.file, it.damage]))
  const warnings: Error[] = []
  const onWarning = (warning: Error): unknown => warnings.push(warning)
  const factory = createIndexedDB({ path, onWarning })
  expect(await factory.databases()).toEqual([])
  await close(factory)
  for (const file of [text, libraryFile]) {
    const facts = { code: 'ERR_IDB_CORRUPT', path, file }
    const of = warnings.find(({ cause }) => (cause as { file?: string }).file === file)
    expect(of).toMatchObject({ message: damage.get(file), cause: facts })
  }
})

test('in use, a list counts the log', async () => {
  await use(path, async (factory) => {
    const database = await openDatabase(factory, () => {}, { name: 'library', version: 7 })
    const transaction = database.transaction('covers', 'readwrite')
    transaction.objectStore('covers').put(new Uint8Array(100_000), 'large')
    await completion(transaction)
    const [listed] = (await listDatabases(path)).databases
    expect(listed?.logBytes).toBeGreaterThan(100_000)
    expect(listed?.sizeBytes).toBe(sizeOf(libraryFile) + (listed?.logBytes ?? 0))
    database.close()
  })
})

test('a sound database is not salvaged', async () => {
  const before = readFileSync(join(path, libraryFile))
  expect(await salvage(path)).toEqual([
    { name: 'library', file: libraryFile, problems: [], report: null },
  ])
  expect(readFileSync(join(path, libraryFile)).equals(before)).toBe(true)
})

test('of a file with a damaged page what can be read is saved, and the file is put aside', async () => {
  flipByte(path, 'title 150')
  const damaged = readFileSync(join(path, libraryFile))
  const [{ report, problems } = { report: null, problems: [] }] = await salvage(path)
  expect(problems.length).toBeGreaterThan(0)
  const saved = report?.stores?.find(({ name }) => name === 'books')
  expect(saved?.hasGap).toBe(true)
  expect(await checkDirectory(path)).toMatchObject({ isSound: true })
  expect((await books()).length).toBe(saved?.saved)
  expect(readFileSync(join(path, report?.quarantine ?? '')).equals(damaged)).toBe(true)
})

test.each([
  ['greater', 0x20],
  ['smaller', 0x08],
  ['no key', 0x80],
])('a key that one bit has made %s costs one record, and none after it', async (_, bit) => {
  const file = join(path, libraryFile)
  const bytes = readFileSync(file)
  // Only the record has its value near, index entries have none; an earlier place is what a page has given up.
  const at = placesOf(bytes, keyBytesOf(150)).findLast((it) =>
    bytes.subarray(it, it + 200).includes('title 150'),
  )
  if (at === undefined) throw new Error('The record is not found')
  bytes[at + 1] = (bytes[at + 1] ?? 0) ^ bit
  writeFileSync(file, bytes)
  const [{ report } = { report: null }] = await salvage(path)
  expect(report?.stores).toEqual([
    { name: 'books', saved: bookCount - 1, lost: 1, hasGap: false },
    { name: 'covers', saved: 3, lost: 0, hasGap: false },
  ])
  expect(await checkDirectory(path)).toMatchObject({ isSound: true })
  expect((await books()).map(({ id }) => id)).not.toContain(150)
})

/** A number's tag, and its bytes in the order of numbers. */
function keyBytesOf(number: number): Buffer {
  const bytes = Buffer.alloc(9, 0x10)
  bytes.writeDoubleBE(number, 1)
  bytes[1] = (bytes[1] ?? 0) ^ 0x80
  return bytes
}

function placesOf(bytes: Buffer, part: Buffer): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + 1)) places.push(at)
  return places
}

test('what contradicts itself is mended: entries, generators, and values that cannot be read', async () => {
  await damageBySql(
    path,
    'UPDATE object_stores SET current_number = 3 WHERE id = 1',
    `DELETE FROM index_records WHERE index_id = 2 AND key < (SELECT max(key) FROM index_records WHERE index_id = 2)`,
    `UPDATE records SET value = substr(value, 1, length(value) - 3) WHERE store_id = 1
      AND key = (SELECT min(key) FROM records WHERE store_id = 1)`,
  )
  const [{ report } = { report: null }] = await salvage(path, { name: 'library' })
  expect(report?.stores).toEqual([
    { name: 'books', saved: bookCount - 1, lost: 1, hasGap: false },
    { name: 'covers', saved: 3, lost: 0, hasGap: false },
  ])
  expect(await checkDirectory(path)).toMatchObject({ isSound: true })
  expect((await books()).map(({ id }) => id)).toEqual(
    Array.from({ length: bookCount - 1 }, (_, i) => i + 2),
  )
  await use(path, async (factory) => {
    const database = await openDatabase(factory, () => {}, { name: 'library', version: 7 })
    const store = database.transaction('books', 'readwrite').objectStore('books')
    expect(await resultOf(store.put({ title: 'new' }))).toBe(bookCount + 1)
    database.close()
  })
})

/** Pages of the library, from 1. */
const pages = { meta: 3, stores: 4, indexes: 5 }

/** Leaves nothing of a page of the library. */
function overwrite(page: number): void {
  const bytes = readFileSync(join(path, libraryFile))
  bytes.fill(0xa5, (page - 1) * 4096, page * 4096)
  writeFileSync(join(path, libraryFile), bytes)
}

test.each<['stores' | 'indexes', string, string]>([
  ['stores', 'store 1', 'store 2'],
  ['indexes', 'books', 'covers'],
])('all records are saved of a file whose %s cannot be read', async (what, first, second) => {
  overwrite(pages[what])
  // Its name is found in the file.
  const [{ name, report } = { name: null, report: null }] = await salvage(path)
  expect(name).toBe('library')
  expect(report?.stores).toEqual([
    { name: first, saved: bookCount, lost: 0, hasGap: false },
    { name: second, saved: 3, lost: 0, hasGap: false },
  ])
  expect(await checkDirectory(path)).toMatchObject({ isSound: true })
  await use(path, async (factory) => {
    const database = await openDatabase(factory, () => {}, { name: 'library', version: 7 })
    const store = database.transaction(first).objectStore(first)
    expect([...store.indexNames]).toEqual(
      what === 'indexes' ? [] : ['by author', 'by tag', 'by title'],
    )
    expect(await resultOf(store.get(2))).toEqual({
      id: 2,
      title: 'title 2',
      author: { name: 'A' },
      tags: ['all', 'tag 2'],
    })
    database.close()
  })
})

test('all records are saved of a file whose name and version cannot be read, for the name that is given', async () => {
  const all = await books()
  overwrite(pages.meta)
  expect(await salvage(path)).toMatchObject([{ name: null, report: null }])
  const [{ report } = { report: null }] = await salvage(path, { name: 'library' })
  expect(report?.stores).toEqual([
    { name: 'books', saved: bookCount, lost: 0, hasGap: false },
    { name: 'covers', saved: 3, lost: 0, hasGap: false },
  ])
  expect(await checkDirectory(path)).toMatchObject({ isSound: true })
  expect(await listDatabases(path)).toMatchObject({ databases: [{ name: 'library', version: 1 }] })
  await use(path, async (factory) => {
    const database = await openDatabase(factory, () => {}, { name: 'library', version: 1 })
    const store = database.transaction('books', 'readwrite').objectStore('books')
    expect([...store.indexNames]).toEqual(['by author', 'by tag', 'by title'])
    expect(await resultOf(store.getAll())).toEqual(all)
    expect(await resultOf(store.put({ title: 'new' }))).toBe(bookCount + 1)
    database.close()
  })
})

test('a file of which not even the name can be read is put aside for the name that is given', async () => {
  writeFileSync(join(path, libraryFile), 'x'.repeat(10_000))
  expect(await salvage(path)).toMatchObject([{ name: null, report: null }])
  const [{ report } = { report: null }] = await salvage(path, { name: 'library' })
  expect(report?.stores).toBe(null)
  expect(filesIn(path)).toContain(report?.quarantine)
  expect((await listDatabases(path)).databases).toEqual([])
})

test('a file becomes as small as what is in it, and everything in it is as it was', async () => {
  const all = await books()
  await use(path, async (factory) => {
    const database = await openDatabase(factory, () => {}, { name: 'library', version: 7 })
    const filling = database.transaction('covers', 'readwrite')
    for (let i = 0; i < 200; i++) filling.objectStore('covers').put(new Uint8Array(5_000), i)
    await completion(filling)
    const emptying = database.transaction('covers', 'readwrite')
    emptying.objectStore('covers').clear()
    await completion(emptying)
    database.close()
  })
  const before = sizeOf(libraryFile)
  const [compacted] = await compact(path)
  expect(compacted).toMatchObject({ name: 'library', bytesBefore: before })
  expect(compacted?.bytesAfter).toBe(sizeOf(libraryFile))
  expect(compacted?.bytesAfter).toBeLessThan(before / 2)
  expect(filesIn(path).filter((it) => it.startsWith(libraryFile))).toEqual([libraryFile])
  expect(await checkDirectory(path)).toMatchObject({ isSound: true })
  expect(await books()).toEqual(all)
})

test('a file that cannot become smaller stays', async () => {
  await compact(path)
  const before = readFileSync(join(path, libraryFile))
  const [again] = await compact(path, { name: 'library' })
  expect(again?.bytesAfter).toBe(again?.bytesBefore)
  expect(readFileSync(join(path, libraryFile)).equals(before)).toBe(true)
})

test('salvaging and compacting say who has the directory', async () => {
  await use(path, async (factory) => {
    await factory.databases()
    for (const work of [salvage, compact]) {
      await expect(work(path)).rejects.toMatchObject({
        message: expect.stringMatching(
          `alone, and they are in use by process ${process.pid}, thread 0, .*; end it, or call close\\(factory\\) there$`,
        ),
        cause: { code: 'ERR_IDB_LOCKED', owner: { pid: process.pid } },
      })
    }
  })
})

test('a database is deleted, and what has it open is told to close it', async () => {
  await use(path, async (factory) => {
    const database = await openDatabase(factory, () => {}, { name: 'library', version: 7 })
    database.onversionchange = () => database.close()
    expect(await removeDatabase(path, 'library')).toEqual({ name: 'library', version: 7 })
    expect(await factory.databases()).toEqual([])
  })
})

test('a database that stays open elsewhere is not deleted', async () => {
  await use(path, async (factory) => {
    const database = await openDatabase(factory, () => {}, { name: 'library', version: 7 })
    let found: readonly IDBBlocker[] = []
    const blocker = { holder: 'here', connections: 1 }
    const removal = removeDatabase(path, 'library', {
      waitMs: 0,
      onBlocked: (blockers) => (found = blockers),
    })
    await expect(removal).rejects.toMatchObject({
      name: 'AbortError',
      message: expect.stringContaining(
        'is still open, and was not deleted: a connection is open here, opened at',
      ),
      cause: { code: 'ERR_IDB_BLOCKED', path, database: 'library', blockers: [blocker] },
    })
    expect(found).toMatchObject([blocker])
    expect(await factory.databases()).toEqual([{ name: 'library', version: 7 }])
    database.close()
  })
})

test('a deletion that may wait without end is not given up', async () => {
  await use(path, async (factory) => {
    const database = await openDatabase(factory, () => {}, { name: 'library', version: 7 })
    const removal = removeDatabase(path, 'library', {
      waitMs: Infinity,
      // A timer that is set for too long fires after 1 ms, and so before this one.
      onBlocked: () => setTimeout(() => database.close(), 2),
    })
    expect(await removal).toEqual({ name: 'library', version: 7 })
  })
})

test('what onBlocked throws ends a deletion, and reaches its caller as it is', async () => {
  await use(path, async (factory) => {
    const database = await openDatabase(factory, () => {}, { name: 'library', version: 7 })
    const thrown = new Error('enough')
    const onBlocked = (): void => {
      throw thrown
    }
    await expect(removeDatabase(path, 'library', { onBlocked })).rejects.toBe(thrown)
    database.close()
  })
})

test('a damaged database is deleted with its file', async () => {
  truncateSync(join(path, libraryFile), 5_000)
  expect(await removeDatabase(path, 'library')).toEqual({ name: 'library', version: null })
  expect(filesIn(path)).not.toContain(libraryFile)
})

test('a database that is not there is not deleted', async () => {
  await refusesName((name) => removeDatabase(path, name))
})

test('a database that is not there is neither checked, compacted nor salvaged', async () => {
  await refusesName((name) => checkDirectory(path, { name }))
  await refusesName((name) => compact(path, { name }))
  await refusesName((name) => salvage(path, { name }))
})

async function refusesName(use: (name: string) => Promise<unknown>): Promise<void> {
  await expect(use('libary')).rejects.toMatchObject({
    name: 'NotFoundError',
    message: expect.stringContaining('did you mean "library"?'),
    cause: { code: 'ERR_IDB_NO_SUCH_NAME', path, names: ['library'], nearest: 'library' },
  })
}
