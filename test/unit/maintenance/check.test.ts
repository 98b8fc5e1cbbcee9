import { appendFileSync, copyFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkDirectory, type Problem } from '../../../src/maintenance.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { completion, openDatabase } from '../../kit/promises.ts'
import {
  bookCount,
  damageBySql,
  flipByte,
  libraryFile,
  makeLibrary,
  newDirectory,
  use,
} from './library.ts'

/** An address that the compiler does not follow: its types are those of pages. */
const types: string = new URL('../../suites/types', import.meta.url).href

const { allInstances } = (await import(`${types}/instances.mjs`)) as {
  allInstances(): Promise<{ instances: readonly { title: string; value: unknown }[] }>
}

vi.setConfig({ testTimeout: 60_000 })

let path = ''
let remove = (): void => {}

beforeEach(() => {
  ;({ path, remove } = newDirectory())
})
afterEach(() => remove())

/** What is wrong with the library. */
async function problems(): Promise<readonly Problem[]> {
  const { databases } = await checkDirectory(path, { name: 'library' })
  return databases[0]?.problems ?? []
}

/** The one problem of that kind. */
function only(found: readonly Problem[], kind: Problem['kind']): Problem | undefined {
  const ofKind = found.filter((it) => it.kind === kind)
  expect(ofKind.length, JSON.stringify(found, null, 1)).toBe(1)
  return ofKind[0]
}

test('a library that a program has closed is sound', async () => {
  await makeLibrary(path)
  expect(await checkDirectory(path)).toEqual({
    depth: 'files',
    isSound: true,
    databases: [
      { name: 'library', file: libraryFile, version: 7, records: bookCount + 3, problems: [] },
    ],
  })
})

test('a database with a value and a key of every type is sound, in use and not', async () => {
  const { instances } = await allInstances()
  const keys = [
    -Infinity,
    -1,
    2 ** 53,
    new Date(7),
    '',
    '\ud800',
    new Uint8Array([0, 255]),
    [[], 'a'],
  ]
  let count = 0
  await use(path, async (factory) => {
    const database = await openDatabase(factory, (it) => {
      it.createObjectStore('values', { autoIncrement: true }).createIndex('by size', 'size')
      it.createObjectStore('keys').createIndex('by key', '')
    })
    const values = database.transaction('values', 'readwrite')
    for (const { value } of instances) {
      try {
        values.objectStore('values').put(value)
        count++
      } catch {
        // It cannot be stored.
      }
    }
    await completion(values)
    const ofKeys = database.transaction('keys', 'readwrite')
    for (const key of keys) ofKeys.objectStore('keys').put(key, key)
    await completion(ofKeys)
    const inUse = await checkDirectory(path)
    expect(inUse).toMatchObject({ depth: 'records', isSound: true })
    expect(inUse.databases[0]).toMatchObject({ records: count + keys.length, problems: [] })
  })
  expect(count).toBeGreaterThan(50)
  const { databases, depth, isSound } = await checkDirectory(path)
  expect({ depth, isSound }).toEqual({ depth: 'files', isSound: true })
  expect(databases[0]).toMatchObject({ records: count + keys.length, problems: [] })
})

test('a byte turned in a page of records is found, and where SQLite has met it is said', async () => {
  await makeLibrary(path)
  flipByte(path, 'title 1')
  const found = await problems()
  expect(found.map(({ kind }) => kind)).toContain('file')
  expect(found.find(({ kind }) => kind === 'file')?.message).toMatch(/^Tree \d+ page \d+/)
  expect(found.filter(({ kind }) => kind === 'unreadable').map(({ message }) => message)).toContain(
    'object store "books": database disk image is malformed (SQLite result code 11)',
  )
})

test('an entry that another tool has removed from an index is named with index and key', async () => {
  await makeLibrary(path)
  await damageBySql(
    path,
    `DELETE FROM index_records WHERE index_id = 1
      AND primary_key = (SELECT key FROM records ORDER BY store_id, key LIMIT 1 OFFSET 4)`,
  )
  const found = await problems()
  expect(only(found, 'missing-entry')).toEqual({
    kind: 'missing-entry',
    store: 'books',
    index: 'by title',
    count: 1,
    keys: ['5'],
    message: 'index "by title" of object store "books": records have no entry, key 5',
  })
  expect(only(found, 'file')?.message).toBe('index entries missing: 1')
})

test('entries for which there is no record are named, five of many', async () => {
  await makeLibrary(path)
  await damageBySql(path, `DELETE FROM records WHERE store_id = 1 AND key > x'104030'`)
  const found = await problems()
  const strays = found.filter(({ kind }) => kind === 'stray-entry')
  expect(strays.map(({ index }) => index)).toEqual(['by title', 'by author', 'by tag'])
  expect(strays[0]?.keys.length).toBe(5)
  expect(strays[0]?.message).toMatch(/: entries stand for no record, keys \d+, .* and \d+ more$/)
  expect(strays[2]?.count).toBe(2 * (strays[0]?.count ?? 0))
})

test('an entry that leads to another record than it should is missing there and stray here', async () => {
  await makeLibrary(path)
  await damageBySql(
    path,
    `UPDATE index_records SET primary_key = (SELECT max(primary_key) FROM index_records WHERE index_id = 1)
      WHERE index_id = 1 AND primary_key = (SELECT min(primary_key) FROM index_records WHERE index_id = 1)`,
  )
  const found = await problems()
  expect(only(found, 'missing-entry')).toMatchObject({ index: 'by title', keys: ['1'] })
  expect(only(found, 'stray-entry')).toMatchObject({ index: 'by title', keys: [`${bookCount}`] })
})

test('a key generator that was set back is named with the key it would give out again', async () => {
  await makeLibrary(path)
  await damageBySql(path, `UPDATE object_stores SET current_number = 12 WHERE id = 1`)
  expect(only(await problems(), 'generator')?.message).toBe(
    `object store "books": the key generator would give out 12 next, and there is the key ${bookCount}`,
  )
})

test('a value that was cut is named with store and key, and the others are read', async () => {
  await makeLibrary(path)
  await damageBySql(
    path,
    `UPDATE records SET value = substr(value, 1, length(value) - 3)
      WHERE store_id = 1 AND key = (SELECT key FROM records WHERE store_id = 1 ORDER BY key LIMIT 1 OFFSET 41)`,
  )
  const { databases } = await checkDirectory(path)
  expect(databases[0]?.records).toBe(bookCount + 3)
  expect(only(databases[0]?.problems ?? [], 'value')).toMatchObject({
    store: 'books',
    keys: ['42'],
    message: expect.stringMatching(/^object store "books": a stored value is damaged: .*, key 42$/),
  })
})

test('a record under another key than its value has is named', async () => {
  await makeLibrary(path)
  await damageBySql(
    path,
    `UPDATE records SET value = (SELECT value FROM records WHERE store_id = 1 ORDER BY key DESC LIMIT 1)
      WHERE store_id = 1 AND key = (SELECT key FROM records WHERE store_id = 1 ORDER BY key LIMIT 1)`,
  )
  expect(only(await problems(), 'key-path')).toMatchObject({ store: 'books', keys: ['1'] })
})

test('bytes in the place of a key are named', async () => {
  await makeLibrary(path)
  await damageBySql(
    path,
    `UPDATE records SET key = x'6161' WHERE store_id = 2 AND key = (SELECT max(key) FROM records WHERE store_id = 2)`,
  )
  expect(only(await problems(), 'key')).toMatchObject({ store: 'covers', keys: ['6161'] })
})

test('what contradicts the schema, and marks and counts that cannot be, are told', async () => {
  await makeLibrary(path)
  await damageBySql(path, `UPDATE meta SET next_store_id = 2`)
  expect(only(await problems(), 'unreadable')?.message).toContain('an id of the future')
})

test('counts of records that are wrong are found', async () => {
  await makeLibrary(path)
  const { createCountsTable } = await import('../../../src/sqlite/schema/tables.ts')
  await damageBySql(
    path,
    createCountsTable,
    `INSERT INTO record_counts VALUES (1, 0, 5), (2, 0, 3)`,
  )
  expect(only(await problems(), 'file')?.message).toBe(
    'counts of records or index entries that differ from what is there: 1',
  )
})

test('a file that is cut off, of another program, or of another name is told as what it is', async () => {
  await makeLibrary(path)
  const copied = join(path, fileNameOf('another'))
  copyFileSync(join(path, libraryFile), copied)
  writeFileSync(
    join(path, fileNameOf('text')),
    'no database at all, but a text that is longer than a header of SQLite is, which takes a hundred bytes',
  )
  truncateSync(join(path, libraryFile), 20_000)
  const { databases, isSound } = await checkDirectory(path)
  expect(isSound).toBe(false)
  const messageOf = (name: string): string | undefined =>
    databases.find(({ file }) => file === fileNameOf(name))?.problems[0]?.message
  expect(messageOf('library')).toBe('the file is shorter than its header says')
  expect(messageOf('text')).toBe(
    'it is not an SQLite file: its first page is damaged, or it was overwritten; restore a backup, or salvage it',
  )
  expect(messageOf('another')).toContain(
    'holds the database "library", and is not the one of that name',
  )
})

test('in use, a value that cannot be read and an index that lacks an entry are found through the owner', async () => {
  await makeLibrary(path)
  await damageBySql(
    path,
    `DELETE FROM index_records WHERE index_id = 1 AND primary_key = (SELECT max(primary_key) FROM index_records WHERE index_id = 1)`,
    `UPDATE records SET value = substr(value, 1, length(value) - 3) WHERE store_id = 1 AND key = (SELECT min(key) FROM records WHERE store_id = 1)`,
  )
  await use(path, async (factory) => {
    await factory.databases()
    const { depth, databases } = await checkDirectory(path)
    expect(depth).toBe('records')
    expect(only(databases[0]?.problems ?? [], 'value')).toMatchObject({
      store: 'books',
      keys: ['1'],
    })
  })
  await damageBySql(
    path,
    `DELETE FROM records WHERE store_id = 1 AND key = (SELECT min(key) FROM records WHERE store_id = 1)`,
  )
  await use(path, async (factory) => {
    await factory.databases()
    const { databases } = await checkDirectory(path)
    const found = databases[0]?.problems ?? []
    expect(found.map(({ kind, index }) => [kind, index])).toEqual([
      ['stray-entry', 'by author'],
      ['stray-entry', 'by tag'],
    ])
  })
})

test('progress is told for each store up to its end', async () => {
  await makeLibrary(path)
  const told: string[] = []
  await checkDirectory(path, {
    onProgress: ({ database, store, done, total }) =>
      told.push(`${database} ${store} ${done}/${total}`),
  })
  expect(told).toContain(`library books ${bookCount}/${bookCount}`)
  expect(told.at(-1)).toBe('library covers 3/3')
})

test('a database that is not there, and a directory that is not, are said to be missing', async () => {
  await makeLibrary(path)
  await expect(checkDirectory(path, { name: 'nothing' })).rejects.toMatchObject({
    name: 'NotFoundError',
  })
  await expect(checkDirectory(join(path, 'nowhere'))).rejects.toMatchObject({
    name: 'NotFoundError',
  })
  appendFileSync(join(path, 'file'), '')
  await expect(checkDirectory(join(path, 'file'))).rejects.toMatchObject({ name: 'NotFoundError' })
})

test.each(['in use', 'by its files'])(
  'what onProgress throws ends a check %s, and reaches its caller as it is',
  async (how) => {
    await use(path, async (factory) => {
      const database = await openDatabase(factory, (it) => {
        const store = it.createObjectStore('numbers')
        for (let i = 0; i < 1_000; i++) store.put(i, i)
      })
      if (how === 'in use') await refusing()
      database.close()
    })
    if (how !== 'in use') await refusing()
  },
)

async function refusing(): Promise<void> {
  const thrown = new Error('enough')
  const onProgress = (): void => {
    throw thrown
  }
  await expect(checkDirectory(path, { onProgress })).rejects.toBe(thrown)
}
