/** What is read is what is there: schema, records, keys, in use and not. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { parseKey, parseWholeValue, readKey } from 'idb-everywhere/snapshot'
import { json, jsonLines, output, temporaryDirectory, tool } from './command.mjs'
import {
  everyKey,
  makeByDexie,
  makeDatabase,
  makeEveryType,
  makeShop,
  whileInUse,
} from './directories.mjs'

/** Each is made once, and only read. */
const root = temporaryDirectory()
const shop = join(root, 'shop')
const dexie = join(root, 'dexie')
const everyType = join(root, 'every-type')
const log = join(root, 'log')

export async function prepareReading() {
  await makeShop(shop)
  await makeByDexie(dexie)
  await makeEveryType(everyType)
  await makeLog(log)
}

/** An index with more records for a key than are read at once. */
function makeLog(path) {
  return makeDatabase(path, {
    name: 'log',
    upgrade: (database) =>
      database.createObjectStore('lines', { autoIncrement: true }).createIndex('level', 'level'),
    fill(store) {
      for (let i = 0; i < 5_000; i++) store('lines').put({ level: i % 2 ? 'info' : 'error' })
    },
  })
}

/** Title → what is to be seen; each is tried on a directory that is in use, and on one that is not. */
const onAnyDirectory = [
  [
    'schema of what Dexie has made',
    dexie,
    async () => {
      const schema = await json(['schema', dexie, 'library'])
      assert.equal(schema.version, 20) // Dexie counts in tens.
      const books = schema.stores.find(({ name }) => name === 'books')
      assert.deepEqual(
        { ...books, indexes: books.indexes.length },
        { name: 'books', keyPath: 'id', autoIncrement: true, count: 3_000, indexes: 3 },
      )
      assert.deepEqual(books.indexes.find(({ name }) => name === '[author+year]').keyPath, [
        'author',
        'year',
      ])
      assert.equal(books.indexes.find(({ multiEntry }) => multiEntry).count, 6_000)
    },
  ],
  [
    'a query by a compound index of Dexie',
    dexie,
    async () => {
      const found = await jsonLines([
        'query',
        dexie,
        'library',
        'books',
        '["B", 1990]..',
        '--index',
        '[author+year]',
      ])
      assert.equal(found.length, 5 * 30)
      assert.deepEqual(found[0].key, ['B', 1991])
      assert.deepEqual(Object.keys(found[0]), ['key', 'primaryKey', 'value'])
    },
  ],
  [
    'a Blob that Dexie has stored',
    dexie,
    async () => {
      const { value } = await json(['get', dexie, 'library', 'blobs', 'blob'])
      assert.deepEqual(value, { $: 'Blob', type: 'text/plain', size: 4, base64: 'dGV4dA==' })
    },
  ],
  [
    'every type of key, as text that is read again',
    everyType,
    async () => {
      const lines = (await output(['query', everyType, 'every type', 'keys', '--keys'])).split('\n')
      assert.deepEqual(lines.slice(0, -1).map(readKey), everyKey)
      const found = await jsonLines(['dump', everyType, 'every type', 'keys'])
      assert.deepEqual(
        found.map(({ key }) => parseKey(key)),
        everyKey,
      )
    },
  ],
  [
    'records by the text of their keys',
    everyType,
    async () => {
      for (const line of [
        '-Infinity',
        'Date(1969-12-31T23:59:59.999Z)',
        'Bytes(000aff)',
        '[1, "b", [Date(1970-01-01), Bytes(01)]]',
        '"42"',
        '-1',
      ]) {
        const { key } = JSON.parse(
          await output(['get', '--json', '--', everyType, 'every type', 'keys', line]),
        )
        assert.deepEqual(parseKey(key), readKey(line))
      }
    },
  ],
  [
    'every type of value, as JSON that gives the value again',
    everyType,
    async () => {
      const found = await jsonLines(['dump', everyType, 'every type', 'values'])
      assert.ok(found.length > 100, `only ${found.length} values`)
      for (const { value } of found) await parseWholeValue(value)
      const text = await output(['dump', everyType, 'every type', 'values'])
      assert.deepEqual(
        text
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line.split('\t')[1])),
        found.map(({ value }) => value),
      )
    },
  ],
  [
    'an index whose keys have thousands of records each, in both directions',
    log,
    async () => {
      const read = async (...options) =>
        (
          await jsonLines(['query', log, 'log', 'lines', '--index', 'level', '--keys', ...options])
        ).map(({ key, primaryKey }) => `${key} ${primaryKey}`)
      const errors = Array.from({ length: 2_500 }, (_, i) => `error ${2 * i + 1}`)
      const infos = Array.from({ length: 2_500 }, (_, i) => `info ${2 * i + 2}`)
      assert.deepEqual(await read(), [...errors, ...infos])
      assert.deepEqual(await read('--direction', 'prev'), [...errors, ...infos].reverse())
      assert.deepEqual(await read('--direction', 'nextunique'), ['error 1', 'info 2'])
      assert.deepEqual(await read('--direction', 'prevunique'), ['info 2', 'error 1'])
      assert.deepEqual(await read('--limit', '2001'), errors.slice(0, 2_001))
    },
  ],
  [
    'a range of a store, backwards and limited',
    log,
    async () => {
      const found = await output([
        'query',
        log,
        'log',
        'lines',
        '1000..<4000',
        '--direction',
        'prev',
        '--limit',
        '1500',
        '--keys',
      ])
      assert.deepEqual(found, Array.from({ length: 1_500 }, (_, i) => `${3_999 - i}\n`).join(''))
    },
  ],
]

export const readingChecks = [
  ...onAnyDirectory.map(([title, , check]) => [title, check]),
  ...onAnyDirectory.map(([title, path, check]) => [
    `${title}, in use by another process`,
    () => whileInUse(path, check),
  ]),
  [
    'the output of every command that reads is JSON with --json',
    async () => {
      await json(['schema', shop])
      await json(['schema', shop, 'shop'])
      await json(['get', shop, 'shop', 'settings', 'prices'])
      await json(['status', shop])
      assert.equal((await jsonLines(['dump', shop, 'shop'])).length, 8)
      assert.equal((await jsonLines(['query', shop, 'shop', 'orders', '2..'])).length, 3)
      assert.equal((await jsonLines(['diff', shop, 'shop', shop, 'shop'])).length, 0)
    },
  ],
  [
    'a reader of the output that has enough ends the command in peace',
    async () => {
      const { code, stderr } = await tool(['dump', log, 'log'], { closesOutput: true })
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    },
  ],
]
