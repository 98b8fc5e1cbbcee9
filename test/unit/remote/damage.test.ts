/** Rows that this package has not written so. */
import { expect, test } from 'vitest'
import type { IDBErrorCause } from '../../../src/index.ts'
import { postgresStatus } from '../../../src/remote/entry.ts'
import { askServer } from '../../kit/ask-server.ts'
import { seededRandom } from '../../kit/history/random.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

/** What is changed; all records have values of several types, one is in parts. */
const schemaDamage: readonly string[] = [
  "UPDATE databases SET name = '\\x00'",
  'UPDATE databases SET version = -1',
  'UPDATE databases SET version = 9223372036854775807',
  'UPDATE databases SET epoch = 9007199254740993',
  'UPDATE databases SET epoch = 9223372036854775807',
  'ALTER TABLE databases ALTER epoch DROP NOT NULL; UPDATE databases SET epoch = NULL',
  'UPDATE databases SET next_store = 1',
  'UPDATE databases SET next_index = -5',
  "UPDATE stores SET name = '\\x006100' WHERE id = 1",
  'UPDATE stores SET name = (SELECT name FROM stores WHERE id = 2) WHERE id = 1',
  'UPDATE stores SET id = -1 WHERE id = 1',
  'ALTER TABLE stores ALTER name DROP NOT NULL; UPDATE stores SET name = NULL WHERE id = 1',
  "UPDATE stores SET key_path = '\\xff' WHERE id = 1",
  "UPDATE stores SET key_path = '7' WHERE id = 1",
  "UPDATE stores SET key_path = '[]' WHERE id = 1",
  `UPDATE stores SET key_path = '"a b"' WHERE id = 1`,
  `UPDATE stores SET auto = true, key_path = '["a"]' WHERE id = 1`,
  'UPDATE indexes SET store = 99 WHERE id = 1',
  "UPDATE indexes SET name = '\\x01' WHERE id = 1",
  "UPDATE indexes SET key_path = 'null' WHERE id = 1",
  `UPDATE indexes SET multi_entry = true, key_path = '["a","b"]' WHERE id = 1`,
]

const numberDamage = ["'NaN'", "'Infinity'", '-1', '0.5', '1e300', '0']

onServer('damaged rows', ({ factory, connectionString, schema }) => {
  const ask = async (text: string): Promise<unknown> => {
    const set = `SET search_path = "${await schema()}"`
    return askServer(connectionString(), `${set}; ${text}`)
  }
  const make = async (onWarning?: (warning: Error) => void): Promise<IDBFactory> => {
    const indexedDB = await factory({}, onWarning)
    const database = await openDatabase(indexedDB, (it) => {
      it.createObjectStore('plain').createIndex('a', 'a')
      it.createObjectStore('auto', { autoIncrement: true, keyPath: 'id' })
    })
    const transaction = database.transaction(['plain', 'auto'], 'readwrite')
    const plain = transaction.objectStore('plain')
    for (let i = 0; i < 10; i++) plain.put({ a: i, b: new Map([[i, new Date(i)]]) }, i)
    plain.put({ a: 'long', b: new Uint8Array(2_500_000) }, 'long')
    transaction.objectStore('auto').put({ a: 1 })
    await completion(transaction)
    database.close()
    return indexedDB
  }
  const codeOf = (error: unknown): unknown => (error as { cause?: IDBErrorCause }).cause?.code

  for (const damage of schemaDamage) {
    test(`an opening, or the list of databases, tells of damage: ${damage}`, async () => {
      const warned: unknown[] = []
      const indexedDB = await make((warning) => warned.push(codeOf(warning)))
      await ask(damage)
      const asked = [resultOf(indexedDB.open('test')), indexedDB.databases()]
      const codes = await Promise.all(asked.map((it) => it.then(() => null, codeOf)))
      expect([...codes, ...warned]).toContain('ERR_IDB_CORRUPT')
      expect(codes.filter((code) => code !== null && code !== 'ERR_IDB_CORRUPT')).toEqual([])
    })
  }

  for (const damage of ["name = name || '\\x00'", 'version = 9223372036854775807']) {
    test(`a database that cannot be read hides no other, and is warned of once: ${damage}`, async () => {
      const warnings: Error[] = []
      const indexedDB = await make((warning) => warnings.push(warning))
      for (const name of ['another', 'zoo'])
        (await openDatabase(indexedDB, () => {}, { name })).close()
      await ask(`UPDATE databases SET ${damage} WHERE name = decode('0074006500730074', 'hex')`)
      const readable = ['another', 'zoo'].map((name) => ({ name, version: 1 }))
      expect([await indexedDB.databases(), await indexedDB.databases()]).toEqual([
        readable,
        readable,
      ])
      expect(warnings).toMatchObject([
        {
          message: expect.stringMatching(/damaged: databases\(\) leaves out 1, /),
          cause: { code: 'ERR_IDB_CORRUPT' },
        },
      ])
      const place = { connectionString: connectionString(), schema: await schema() }
      expect((await postgresStatus(place)).databases).toHaveLength(3)
    })
  }

  for (const number of numberDamage) {
    test(`a key generator with the number ${number} is damaged, and gives no key`, async () => {
      const database = await resultOf((await make()).open('test'))
      await ask(`UPDATE stores SET current_number = ${number} WHERE auto`)
      const transaction = database.transaction('auto', 'readwrite')
      transaction.objectStore('auto').put({ a: 2 })
      await expect(completion(transaction)).rejects.toMatchObject({
        cause: { code: 'ERR_IDB_CORRUPT', database: 'test' },
      })
      expect(await resultOf(database.transaction('auto').objectStore('auto').count())).toBe(1)
    })
  }

  /** Reads all that there is in every way. Gives the codes of what fails. */
  async function readAll(database: IDBDatabase): Promise<unknown[]> {
    const reads: ((store: IDBObjectStore) => IDBRequest)[] = [
      (store) => store.get(3),
      (store) => store.get('long'),
      (store) => store.getAll(),
      (store) => store.getAllKeys(),
      (store) => store.openCursor(),
      (store) => store.index('a').getAll(),
      (store) => store.index('a').getAllKeys(),
      (store) => store.index('a').openCursor(null, 'prev'),
      (store) => store.count(),
    ]
    const codes = reads.map(async (read) => {
      try {
        await resultOf(read(database.transaction('plain').objectStore('plain')))
        return null
      } catch (error) {
        return codeOf(error)
      }
    })
    return Promise.all(codes)
  }

  const recordDamage: readonly string[] = [
    "UPDATE records SET value = '\\x' WHERE store = 1",
    'ALTER TABLE records ALTER value DROP NOT NULL; UPDATE records SET value = NULL WHERE store = 1',
    'UPDATE records SET value = $bytes WHERE store = 1',
    'UPDATE records SET value = substring(value FROM 1 FOR length(value) / 2) WHERE store = 1',
    'UPDATE records SET key = $bytes WHERE ctid IN (SELECT ctid FROM records WHERE store = 1 LIMIT 1)',
    'UPDATE records SET parts = 7',
    'UPDATE records SET parts = -1',
    'UPDATE records SET parts = 0',
    'DELETE FROM chunks WHERE no = 1',
    'DELETE FROM chunks',
    'UPDATE chunks SET part = $bytes WHERE no = 0',
    'UPDATE entries SET key = $bytes WHERE ctid IN (SELECT ctid FROM entries LIMIT 1)',
    'UPDATE entries SET pkey = $bytes WHERE ctid IN (SELECT ctid FROM entries LIMIT 1)',
    'DELETE FROM records WHERE store = 1',
  ]
  for (const damage of recordDamage) {
    test(`reading fails for damage alone, and ends: ${damage}`, async () => {
      const database = await resultOf((await make()).open('test'))
      const random = seededRandom(18, damage.length)
      const bytes = Array.from({ length: 40 }, () =>
        random.below(256).toString(16).padStart(2, '0'),
      )
      await ask(damage.replace('$bytes', `'\\x${bytes.join('')}'`))
      const codes = await readAll(database)
      // A value's first byte is its format.
      const expected = [null, 'ERR_IDB_CORRUPT', 'ERR_IDB_NEWER_FORMAT']
      expect(codes.filter((code) => !expected.includes(code as string | null))).toEqual([])
      // The database goes on.
      const transaction = database.transaction('auto', 'readwrite')
      transaction.objectStore('auto').put({ a: 2 })
      await completion(transaction)
    })
  }

  test('an upgrade of stores that count as upgraded too often is told of damage', async () => {
    const indexedDB = await make()
    await ask('UPDATE stores SET epoch = 9223372036854775807')
    await expect(resultOf(indexedDB.open('test', 2))).rejects.toMatchObject({
      cause: { code: 'ERR_IDB_CORRUPT', systemCode: '22003' },
    })
    const database = await resultOf(indexedDB.open('test'))
    expect(database.version).toBe(1)
  })

  test('a connection that is said to be asked to close, but of no version, is told by the next who asks', async () => {
    const indexedDB = await make()
    const database = await resultOf(indexedDB.open('test'))
    const told: unknown[] = []
    database.onversionchange = ({ oldVersion, newVersion }) => {
      told.push([oldVersion, newVersion])
      database.close()
    }
    await ask('UPDATE connections SET ask = gen_random_uuid()')
    await ask("SELECT pg_notify(channel, 'ask') FROM meta")
    await resultOf(database.transaction('plain').objectStore('plain').count())
    const upgraded = await resultOf((await factory()).open('test', 2))
    expect([told, upgraded.version]).toEqual([[[1, 2]], 2])
  })

  const valueReads: Readonly<Record<string, (store: IDBObjectStore) => IDBRequest>> = {
    'get()': (store) => store.get('long'),
    'getAll()': (store) => store.getAll('long'),
    'getAll() of more': (store) => store.getAll(),
    'a cursor': (store) => store.openCursor('long'),
    'a cursor backwards': (store) => store.openCursor(null, 'prev'),
    'get() of an index': (store) => store.index('a').get('long'),
    'getAll() of an index': (store) => store.index('a').getAll('long'),
    'a cursor of an index': (store) => store.index('a').openCursor(null, 'prev'),
    'a cursor of its keys once': (store) => store.index('a').openCursor('long', 'nextunique'),
  }
  for (const parts of [3, -1]) {
    test(`a whole value that is said to be in ${parts} parts is read by nothing`, async () => {
      const database = await resultOf((await make()).open('test'))
      await ask(`UPDATE records SET parts = ${parts} WHERE parts = 0`)
      const reads: readonly ((store: IDBObjectStore) => IDBRequest)[] = [
        (store) => store.get(3),
        (store) => store.getAll(3),
        (store) => store.openCursor(3),
        (store) => store.index('a').get(3),
        (store) => store.index('a').getAll(3),
        (store) => store.index('a').openCursor(3, 'prev'),
        (store) => store.getAll(),
      ]
      const codes = reads.map((read) =>
        resultOf(read(database.transaction('plain').objectStore('plain'))).then(
          () => 'a value',
          codeOf,
        ),
      )
      expect(await Promise.all(codes)).toEqual(reads.map(() => 'ERR_IDB_CORRUPT'))
    })
  }

  const partDamage: readonly string[] = [
    'DELETE FROM chunks WHERE no = 0',
    'DELETE FROM chunks WHERE no = 1',
    'DELETE FROM chunks WHERE no = 2',
    'DELETE FROM chunks',
    'UPDATE records SET parts = 2 WHERE parts = 3',
    'UPDATE records SET parts = 4 WHERE parts = 3',
    'UPDATE records SET parts = -3 WHERE parts = 3',
    'INSERT INTO chunks SELECT db, store, key, 3, part FROM chunks WHERE no = 2',
    'INSERT INTO chunks SELECT db, store, key, -1, part FROM chunks WHERE no = 2',
    'INSERT INTO chunks SELECT db, store, key, 2147483647, part FROM chunks WHERE no = 2',
    'UPDATE chunks SET no = 3 WHERE no = 2',
    'UPDATE chunks SET part = substring(part FROM 1 FOR 1000) WHERE no = 1',
    "UPDATE chunks SET part = part || '\\x00' WHERE no = 0",
  ]
  for (const damage of partDamage) {
    test(`a long value is read by nothing where its parts do not fit: ${damage}`, async () => {
      const database = await resultOf((await make()).open('test'))
      await ask(damage)
      const codes = Object.entries(valueReads).map(async ([title, read]) => {
        const store = database.transaction('plain').objectStore('plain')
        const found = await resultOf(read(store)).then(() => 'a value', codeOf)
        return [title, found] as const
      })
      const expected = Object.keys(valueReads).map((title) => [title, 'ERR_IDB_CORRUPT'])
      expect(await Promise.all(codes)).toEqual(expected)
      expect(await resultOf(database.transaction('plain').objectStore('plain').count())).toBe(11)
    })
  }
})
