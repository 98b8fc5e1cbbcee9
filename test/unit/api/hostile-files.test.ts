import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { close, createIndexedDB, IDBKeyRange } from '../../../src/index.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { readFile } from '../../../src/files/io/read-file.ts'
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import { type SharedTable, withSharedPages } from '../../kit/crossed-pages.ts'
import { openDatabase, resultOf, walk } from '../../kit/promises.ts'
import { runForeignSql } from '../../kit/foreign-tool.ts'
import { engine } from '../../kit/test-directory.ts'

const path = 'hostile'
const fileName = fileNameOf('test')

/** A closed database of three books, changed by SQL. */
async function changedBy(...statements: readonly string[]): Promise<MemoryVfs> {
  const vfs = memory()
  const indexedDB = createIndexedDB({ vfs, path })
  const database = await openDatabase(indexedDB, (it) => {
    const books = it.createObjectStore('books', { keyPath: 'isbn' })
    books.createIndex('by author', 'author')
    for (const isbn of ['a', 'b', 'c']) books.put({ isbn, author: 'one' })
  })
  database.close()
  await close(indexedDB)
  const failed = runForeignSql(await engine(), { vfs, path, fileName }, statements)
  expect(failed).toEqual([])
  return vfs
}

async function openingError(vfs: MemoryVfs): Promise<DOMException> {
  const indexedDB = createIndexedDB({ vfs, path, onWarning: () => {} })
  const error: unknown = await resultOf(indexedDB.open('test')).catch((it: unknown) => it)
  await close(indexedDB)
  if (!(error instanceof DOMException)) throw new Error('the database opened')
  return error
}

const additions: readonly [string, string][] = [
  ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON records BEGIN DELETE FROM records; END'],
  ['a view', 'CREATE VIEW v AS SELECT * FROM records'],
  ['an index', 'CREATE INDEX i ON records (hex(value))'],
  ['a table', 'CREATE TABLE sequenced (id INTEGER PRIMARY KEY AUTOINCREMENT)'],
]

test.each(additions)(
  '%s that another program has made fails the open request with the name of what is there',
  async (_, statement) => {
    const error = await openingError(await changedBy(statement))
    expect(error.name).toBe('UnknownError')
    expect(error.message).toMatch(/has a (trigger|view|index|table) "\w+" that this package/)
  },
)

const replacements: readonly [string, readonly string[]][] = [
  ['a view in the place of a table', ['DROP TABLE records', 'CREATE VIEW records AS SELECT 1']],
  ['a generated column', ['ALTER TABLE records ADD COLUMN g AS (hex(value))']],
  [
    'a rewritten sqlite_schema',
    ['PRAGMA writable_schema = ON', `UPDATE sqlite_schema SET sql = replace(sql, 'BLOB', 'TEXT')`],
  ],
  ['a missing table', ['DROP TABLE large_values']],
]

test.each(replacements)('%s fails the open request with UnknownError', async (_, statements) => {
  expect(await openingError(await changedBy(...statements))).toMatchObject({ name: 'UnknownError' })
})

test('what ANALYZE leaves behind is no obstacle', async () => {
  const vfs = await changedBy('ANALYZE')
  const database = await resultOf(createIndexedDB({ vfs, path }).open('test'))
  expect(await resultOf(books(database).count())).toBe(3)
})

const rows: readonly [string, string][] = [
  ['a version of no upgrade', 'UPDATE meta SET version = -1'],
  ['a version that is no integer', 'UPDATE meta SET version = 1.5'],
  ['an id beyond 32 bits', 'UPDATE object_stores SET id = 4294967297'],
  ['an id of the future', 'UPDATE meta SET next_store_id = 1'],
  ['a name that ends within a code unit', `UPDATE object_stores SET name = x'00'`],
  ['a key path that is no JSON', `UPDATE object_stores SET key_path = '{'`],
  ['a key path of another type', `UPDATE object_stores SET key_path = '[1]'`],
  ['a key path nested too deep', `UPDATE indexes SET key_path = printf('%.100000c', '[')`],
  ['a key generator below 1', 'UPDATE object_stores SET current_number = 0'],
  ['a multi-entry index over a list', `UPDATE indexes SET is_multi_entry = 1, key_path = '["a"]'`],
  ['an index of no object store', 'UPDATE indexes SET store_id = 9'],
  [
    'a name twice',
    `INSERT INTO indexes SELECT 7, store_id, name, readable_name, key_path, 0, 0 FROM indexes`,
  ],
]

test.each(rows)('%s in the schema fails the open request', async (_, statement) => {
  const vfs = await changedBy('UPDATE meta SET next_index_id = 20', statement)
  const error = await openingError(vfs)
  expect(error.name).toBe('UnknownError')
  expect(error.message).toContain('Database "test"')
})

test('a store called __proto__ whose records hold __proto__ changes no prototype', async () => {
  const vfs = await changedBy(
    `UPDATE object_stores SET name = x'005f005f00700072006f0074006f005f005f',
      key_path = '"__proto__.isbn"'`,
  )
  const database = await resultOf(createIndexedDB({ vfs, path }).open('test'))
  expect([...database.objectStoreNames]).toEqual(['__proto__'])
  const store = database.transaction('__proto__', 'readwrite').objectStore('__proto__')
  const book: unknown = JSON.parse('{ "__proto__": { "isbn": "d" } }')
  expect(await resultOf(store.put(book))).toBe('d')
  expect(await resultOf(store.get('d'))).toEqual(book)
  expect('isbn' in {}).toBe(false)
})

test('a cursor at a key that is none fails its request, and its getters do not throw', async () => {
  const vfs = await changedBy(`UPDATE records SET key = CAST(key || x'00' AS BLOB)`)
  const database = await resultOf(createIndexedDB({ vfs, path }).open('test'))
  const positions = walk(books(database).openCursor(), ({ key }) => key)
  await expect(positions).rejects.toMatchObject({ name: 'UnknownError' })
})

test('a cursor that a damaged index leads back fails its request', async () => {
  // A number sorts before all keys where SQLite looks, and among them where its digits are compared.
  const vfs = await changedBy(
    `UPDATE index_records SET primary_key = 48
      WHERE primary_key = (SELECT min(primary_key) FROM index_records)`,
  )
  const database = await resultOf(createIndexedDB({ vfs, path }).open('test'))
  const request = books(database).index('by author').openKeyCursor(null, 'prev')
  const keys = new Promise((resolve, reject) => {
    let count = 0
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      if (!request.result || ++count > 100) return resolve(count)
      request.result.continue()
    }
  })
  await expect(keys).rejects.toMatchObject({ name: 'UnknownError' })
})

/** What is done to a store of which the rows of one table are met a million times. */
const walks: readonly [string, SharedTable, (store: IDBObjectStore) => Promise<unknown>][] = [
  ['count()', 'records', (store) => resultOf(store.count())],
  ['count() of a range', 'records', (store) => resultOf(store.count(IDBKeyRange.lowerBound('a')))],
  ['getAll()', 'records', (store) => resultOf(store.getAll())],
  ['getAllKeys()', 'records', (store) => resultOf(store.getAllKeys())],
  ['advance()', 'records', (store) => advance(store.openKeyCursor(null, 'prev'), 2 ** 32 - 1)],
  [
    'delete() of a range',
    'records',
    (store) => resultOf(store.delete(IDBKeyRange.lowerBound('a'))),
  ],
  ['clear()', 'records', (store) => resultOf(store.clear())],
  ['count() of an index', 'index_records', (store) => resultOf(authorsOf(store).count())],
  ['getAll() of an index', 'index_records', (store) => resultOf(authorsOf(store).getAll())],
  ['getAllKeys() of an index', 'index_records', (store) => resultOf(authorsOf(store).getAllKeys())],
]

test.each(walks)('%s over pages that refer to each other fails', async (_, table, use) => {
  const vfs = await changedBy()
  sharePages(vfs, table)
  const database = await resultOf(createIndexedDB({ vfs, path }).open('test'))
  const result = use(database.transaction('books', 'readwrite').objectStore('books'))
  await expect(result).rejects.toMatchObject({ name: 'UnknownError' })
})

test('getAll() of an index fails when its pages refer to each other and its records are gone', async () => {
  const vfs = await changedBy('DELETE FROM records')
  sharePages(vfs, 'index_records')
  const database = await resultOf(createIndexedDB({ vfs, path }).open('test'))
  const result = resultOf(authorsOf(books(database)).getAll())
  await expect(result).rejects.toMatchObject({ name: 'UnknownError' })
})

test('createIndex() over pages that refer to each other aborts the upgrade', async () => {
  const vfs = await changedBy()
  sharePages(vfs, 'records')
  const upgraded = openDatabase(
    createIndexedDB({ vfs, path }),
    (_, transaction) => transaction.objectStore('books').createIndex('new', 'isbn'),
    { version: 2 },
  )
  await expect(upgraded).rejects.toMatchObject({
    name: expect.stringMatching(/AbortError|UnknownError/),
  })
})

test('a salvage of pages that refer to each other saves each record once', async () => {
  const vfs = await changedBy()
  sharePages(vfs, 'records')
  const options = {
    vfs,
    path,
    integrityCheck: 'always',
    ifCorrupt: 'salvage',
    onWarning: () => {},
  } as const
  const database = await resultOf(createIndexedDB(options).open('test'))
  expect(await resultOf(books(database).getAllKeys())).toEqual(['a', 'b', 'c'])
})

function sharePages(vfs: MemoryVfs, table: SharedTable): void {
  const file = vfs.directory(path).open(fileName, { create: false })
  if (!file) throw new Error('the database has no file')
  const bytes = new Uint8Array(file.size())
  readFile(file, bytes, 0)
  file.write(withSharedPages(bytes, { table, levels: 12, children: 3 }), 0)
}

function authorsOf(store: IDBObjectStore): IDBIndex {
  return store.index('by author')
}

/** Advances a cursor until it is at its end. */
function advance(request: IDBRequest<IDBCursor | null>, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error)
    request.onsuccess = () => (request.result ? request.result.advance(count) : resolve())
  })
}

function books(database: IDBDatabase): IDBObjectStore {
  return database.transaction('books').objectStore('books')
}

const names: readonly [string, readonly string[]][] = [
  [
    'paths',
    ['../outside', '..', '../..', '.', '/etc/passwd', 'a/b', 'a\\b', 'C:\\x', '\\\\host\\share'],
  ],
  ['control characters', ['', '\0', 'a\0b', 'a', '\n', '\u202e', '%00', '%2e%2e%2f']],
  ['names that systems reserve', ['CON', 'nul', 'COM1', 'aux.txt', 'a.', 'a ', 'owner.json']],
  ['names that differ in case alone', ['Name', 'name', 'NAME', 'ſtrasse', 'straße', 'STRASSE']],
  ['names that some file systems take for the same', ['\u00e9', 'e\u0301', '\u212b', '\u00c5']],
  ['lone surrogates', ['\ud800', '\udc00', '\ud800\ud800', '\ufffd']],
  ['very long names', ['n'.repeat(255), 'n'.repeat(256), 'n'.repeat(100_000)]],
]

test.each(names)('%s are databases of their own, inside the directory', async (_, all) => {
  const parent = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
  const indexedDB = createIndexedDB({ path: join(parent, 'inside') })
  for (const [number, name] of all.entries()) {
    const database = await openDatabase(
      indexedDB,
      (it) => it.createObjectStore('s').put(number, 0),
      {
        name,
      },
    )
    database.close()
  }
  for (const [number, name] of all.entries()) {
    const database = await resultOf(indexedDB.open(name))
    expect(await resultOf(database.transaction('s').objectStore('s').get(0))).toBe(number)
    database.close()
  }
  const listed = await indexedDB.databases()
  expect(new Set(listed.map(({ name }) => name))).toEqual(new Set(all))
  await close(indexedDB)
  expect(readdirSync(parent)).toEqual(['inside'])
  const files = readdirSync(join(parent, 'inside'))
  expect(files.filter((file) => !/^([a-z2-7]{52}\.sqlite|\.lock\.sqlite)$/.test(file))).toEqual([])
  rmSync(parent, { recursive: true })
})
