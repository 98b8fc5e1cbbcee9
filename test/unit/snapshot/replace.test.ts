/** What replaces a database: never are the old one and the new one both gone. */
import { beforeEach, describe, expect, test } from 'vitest'
import { close, createIndexedDB, type IDBFactory } from '../../../src/index.ts'
import {
  backup,
  diff,
  exportDatabase,
  importDatabase,
  type ImportOptions,
} from '../../../src/snapshot.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import { memory } from '../../../vfs/memory.ts'
import {
  inMemory,
  listOf,
  make,
  namesIn,
  open,
  ownTemporaryFiles,
  shop,
  streamOf,
} from './databases.ts'

const copies = ownTemporaryFiles()
let from: IDBFactory
let to: IDBFactory
beforeEach(async () => {
  ;[from, to] = [inMemory(), inMemory()]
  await make(from, 'shop', 3, shop)
  await makeOld(to)
})

const makeOld = (factory: IDBFactory): Promise<void> =>
  make(factory, 'shop', 9, (database) => {
    const store = database.createObjectStore('old')
    for (let i = 0; i < 20; i++) store.put('precious', i)
  })

const oldStores = async (factory = to): Promise<string[]> => {
  const database = await open(factory, 'shop')
  database.close()
  return [...database.objectStoreNames]
}

const differences = (): Promise<unknown[]> =>
  listOf(diff({ indexedDB: from, name: 'shop' }, { indexedDB: to, name: 'shop' }))

const kinds: [string, () => ReadableStream<Uint8Array>][] = [
  ['an export', () => exportDatabase(from, 'shop')],
  ['a backup', () => backup(from, 'shop')],
]

/** What each kind gives, the same each time. */
const bytesOf = async (stream: ReadableStream<Uint8Array>): Promise<Blob> =>
  new Response(stream).blob()

const header = (stores: unknown): string =>
  JSON.stringify({
    format: 'idb-everywhere',
    version: 1,
    exported: 'then',
    database: { name: 'shop', version: 1 },
    stores,
  })
const unique = { name: 'u', keyPath: 'u', unique: true, multiEntry: false }
const store = { name: 's', keyPath: 'id', autoIncrement: false, indexes: [unique] }
const fileOf = (stores: unknown[], records: unknown[], counts = [records.length]): string =>
  [
    header(stores),
    ...records.map((v) => JSON.stringify({ s: 0, v })),
    `{"end":true,"counts":${JSON.stringify(counts)}}\n`,
  ].join('\n')

describe('importDatabase() with replace', () => {
  test('tells who keeps the old database open, and goes on when it is closed', async () => {
    const old = await open(to, 'shop')
    const told: unknown[] = []
    await importDatabase(exportDatabase(from, 'shop'), {
      indexedDB: to,
      replace: true,
      onBlocked(blockers, name) {
        told.push([name, blockers])
        old.close()
      },
    })
    const place: unknown = expect.stringContaining('databases.ts')
    const here = { holder: 'here', id: null, pid: null, thread: null }
    expect(told).toEqual([['shop', [{ ...here, connections: 1, opened: [place] }]]])
    expect(await differences()).toEqual([])
  })

  test('rejects with what onBlocked throws, and leaves the old database', async () => {
    const old = await open(to, 'shop')
    const importing = importDatabase(exportDatabase(from, 'shop'), {
      indexedDB: to,
      replace: true,
      onBlocked() {
        throw new Error('enough')
      },
    })
    await expect(importing).rejects.toThrow(/^enough; all that is to be in "shop"/)
    expect([...old.objectStoreNames]).toEqual(['old'])
    old.close()
  })

  test.each([0, 2])('counts records alone as they are put by: %i', async (count) => {
    const records = Array.from({ length: count }, (_, id) => ({ id }))
    const counts: number[] = []
    await importDatabase(streamOf(fileOf([store], records)), {
      indexedDB: to,
      replace: true,
      onProgress: ({ phase, records: done }) => void (phase === 'staged' && counts.push(done)),
    })
    expect(counts).toEqual([count])
  })

  test.each<[string, string, string]>([
    [
      'two records with one unique value',
      'ConstraintError',
      fileOf(
        [store],
        [
          { id: 1, u: 1 },
          { id: 2, u: 1 },
          { id: 3, u: 3 },
        ],
      ),
    ],
    [
      'two records with one key',
      'ConstraintError',
      fileOf(
        [store],
        [
          { id: 1, u: 1 },
          { id: 1, u: 2 },
          { id: 3, u: 3 },
        ],
      ),
    ],
    ['a record without a key', 'DataError', fileOf([store], [{ u: 1 }])],
    ['a key path that is none', 'SyntaxError', fileOf([{ ...store, keyPath: 'a b' }], [])],
    ['a store named twice', 'ConstraintError', fileOf([store, store], [], [0, 0])],
  ])('keeps the old database where the file has %s, with %s', async (_, name, text) => {
    for (const resume of [false, true]) {
      const imported = importDatabase(streamOf(text), { indexedDB: to, replace: true, resume })
      await expect(imported).rejects.toMatchObject({ name })
      expect([await namesIn(to), await oldStores()]).toEqual([['shop'], ['old']])
    }
  })

  test.each(kinds)('of %s is not aborted where the old database is gone', async (_, stream) => {
    for (const resume of [false, true]) {
      const controller = new AbortController()
      const phases = new Set<string>()
      await importDatabase(stream(), {
        indexedDB: to,
        replace: true,
        resume,
        signal: controller.signal,
        onProgress({ phase }) {
          phases.add(phase)
          if (phase === 'stored') controller.abort()
        },
      })
      expect([[...phases], await namesIn(to)]).toEqual([['staged', 'tried', 'stored'], ['shop']])
      expect(await differences()).toEqual([])
    }
  })

  test.each(kinds)(
    'of %s that fails where the old database is gone keeps the records, and resume goes on',
    async (_, stream) => {
      const file = await bytesOf(stream())
      const failing = importDatabase(file, {
        indexedDB: to,
        replace: true,
        onProgress({ phase }) {
          if (phase === 'stored') throw new Error('no room')
        },
      })
      await expect(failing).rejects.toThrow(
        /^no room; all that is to be in "shop" is in the database "shop \(import\)", and .* resume /,
      )
      expect(await namesIn(to)).toEqual(['shop (import)'])
      expect(copies()).toEqual([])
      const phases: string[] = []
      await importDatabase(file, {
        indexedDB: to,
        replace: true,
        resume: true,
        onProgress: ({ phase }) => phases.push(phase),
      })
      expect([phases.includes('staged'), await namesIn(to)]).toEqual([false, ['shop']])
      expect(await differences()).toEqual([])
    },
  )

  test('on a disk that becomes full at any time leaves the old database alone there, or says where the new one is', async () => {
    const records = Array.from({ length: 20 }, (_, id) => ({ id, u: id, text: 'x'.repeat(9_000) }))
    const file = fileOf([store], records)
    const outcomes: string[] = []
    for (let freeBytes = 0; outcomes.at(-1) !== 'replaced'; freeBytes += 100_000) {
      const disk = faulty({ ...memory(), isPersistent: true })
      const small = createIndexedDB({ vfs: disk, onWarning: () => undefined })
      await makeOld(small)
      disk.inject({ freeBytes })
      const options = { indexedDB: small, replace: true }
      const failure = await importDatabase(streamOf(file, 50_000), options).catch(
        (error: DOMException) => error,
      )
      const names = await namesIn(small)
      if (!(failure instanceof DOMException)) outcomes.push('replaced')
      else if (failure.message.includes('"shop (import)", and the same call')) {
        outcomes.push('kept')
        expect(names).toContain('shop (import)')
        disk.inject({})
        await importDatabase(streamOf(file, 50_000), { ...options, resume: true })
      } else {
        outcomes.push('old')
        expect([failure.name, names]).toEqual(['QuotaExceededError', ['shop']])
        expect(await oldStores(small)).toEqual(['old'])
      }
      if (outcomes.at(-1) !== 'old') expect(await oldStores(small)).toEqual(['s'])
      await close(small)
    }
    expect(new Set(outcomes)).toEqual(new Set(['old', 'kept', 'replaced']))
  })

  test('refuses another file where what was kept is all that there is', async () => {
    const file = await bytesOf(exportDatabase(from, 'shop'))
    const options: ImportOptions = {
      indexedDB: to,
      replace: true,
      onProgress({ phase }) {
        if (phase === 'stored') throw new Error('no room')
      },
    }
    await expect(importDatabase(file, options)).rejects.toThrow('no room')
    const other = importDatabase(streamOf(fileOf([store], [])), { indexedDB: to, replace: true })
    await expect(other).rejects.toMatchObject({ name: 'InvalidStateError' })
    await importDatabase(file, { indexedDB: to, replace: true })
    expect([await namesIn(to), await differences()]).toEqual([['shop'], []])
  })

  test('that is aborted while a connection stays open keeps the old database and the records', async () => {
    const old = await open(to, 'shop')
    const controller = new AbortController()
    old.onversionchange = () => controller.abort(new Error('enough'))
    const file = await bytesOf(backup(from, 'shop'))
    const options = { indexedDB: to, replace: true, signal: controller.signal }
    await expect(importDatabase(file, options)).rejects.toThrow(/^enough; .*"shop \(import\)"/)
    expect((await namesIn(to)).sort()).toEqual(['shop', 'shop (import)'])
    old.close()
    await importDatabase(file, { indexedDB: to, replace: true, resume: true })
    expect([await namesIn(to), await differences()]).toEqual([['shop'], []])
  })

  test.each([{ replace: true }, { resume: true, name: 'shop' }])(
    'leaves a database of a user that ends in "(import)" as it is, with %o',
    async (options) => {
      if (!options.replace) await remove(to, 'shop')
      const before = await namesIn(to)
      await make(to, 'shop (import)', 4, (database) => void database.createObjectStore('mine'))
      const mine = await open(to, 'shop (import)')
      const asked: unknown[] = []
      mine.onversionchange = (event) => asked.push(event)
      const imported = importDatabase(exportDatabase(from, 'shop'), { indexedDB: to, ...options })
      await expect(imported).rejects.toMatchObject({ name: 'ConstraintError' })
      await expect(imported).rejects.toThrow('There is a database "shop (import)"')
      expect([[...mine.objectStoreNames], mine.version, asked]).toEqual([['mine'], 4, []])
      mine.close()
      expect(await namesIn(to)).toEqual([...before, 'shop (import)'])
    },
  )

  test.each([{ replace: true }, { replace: true, resume: true }])(
    'twice at once, with %o: one imports, the other says why it does not, and can be started again',
    async (options) => {
      const file = await bytesOf(exportDatabase(from, 'shop'))
      const both = [1, 2].map(() => importDatabase(file, { indexedDB: to, ...options }))
      const ends = await Promise.allSettled(both)
      expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const [failed] = ends.filter((it) => it.status === 'rejected')
      expect(failed?.reason).toMatchObject({
        name: 'InvalidStateError',
        message: expect.stringMatching(/^Another import of "shop" is at work; /) as string,
      })
      expect([await namesIn(to), await differences()]).toEqual([['shop'], []])
      await importDatabase(file, { indexedDB: to, ...options })
      expect([await namesIn(to), await differences()]).toEqual([['shop'], []])
    },
  )

  test('knows the last line by what it says, however it is spaced', async () => {
    const text = [header([store]), '{"s":0,"v":{"id":1}}', '{ "counts": [1], "end" : true }'].join(
      '\n',
    )
    const imported = await importDatabase(streamOf(text), { indexedDB: to, replace: true })
    expect(imported).toEqual({ name: 'shop', version: 1, records: 1 })
  })
})

function remove(factory: IDBFactory, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = factory.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
  })
}

test('an import that fails at what another has left lets go of it', async () => {
  await make(to, 'shop (import)', 1, (database) => {
    database.createObjectStore('pieces', { autoIncrement: true })
    database
      .createObjectStore('state of an import by idb-everywhere')
      .put({ trial: 'trial' }, 'state')
  })
  const refusing = {
    open: to.open.bind(to),
    databases: to.databases.bind(to),
    cmp: to.cmp.bind(to),
    deleteDatabase: () => {
      throw new Error('refused')
    },
  } as unknown as IDBFactory
  const file = await bytesOf(exportDatabase(from, 'shop'))
  await expect(importDatabase(file, { indexedDB: refusing, replace: true })).rejects.toThrow(
    'refused',
  )
  await importDatabase(file, { indexedDB: to, replace: true })
  expect(await differences()).toEqual([])
})
