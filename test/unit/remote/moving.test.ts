/** Databases that move between files and a server. */
import { expect, test } from 'vitest'
import { createIndexedDB } from '../../../src/index.ts'
import { diff, exportDatabase, importDatabase } from '../../../src/snapshot.ts'
import { memory } from '../../../vfs/memory.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { openDatabase } from '../../kit/promises.ts'

type Side = Parameters<typeof diff>[0]

interface Check {
  readonly title: string
  readonly error: string | null
}

const memoryFactory = (): IDBFactory => createIndexedDB({ vfs: memory() })

type EveryType = Record<
  'writeEveryType' | 'readEveryType',
  (indexedDB: IDBFactory) => Promise<readonly Check[]>
>

/** What each runtime stores and reads in the suite `matrix`; it is a program without types. */
async function everyType(): Promise<EveryType> {
  const url = new URL('../../suites/matrix/every-type.mjs', import.meta.url)
  return (await import(url.href)) as EveryType
}

onServer('a database that moves', ({ factory }) => {
  const make = (indexedDB: IDBFactory): Promise<IDBDatabase> =>
    openDatabase(
      indexedDB,
      (database) => {
        const books = database.createObjectStore('books', { keyPath: 'isbn' })
        books.createIndex('byTitle', 'title', { unique: true })
        books.createIndex('byTag', 'tags', { multiEntry: true })
        for (let isbn = 0; isbn < 300; isbn++) {
          books.put({ isbn, title: `t${isbn}`, tags: ['a', isbn % 7], on: new Date(isbn) })
        }
        const log = database.createObjectStore('log', { autoIncrement: true })
        log.put({ bytes: new Uint8Array(1_500_000).fill(3), map: new Map([[1, /x/g]]) })
      },
      { name: 'library', version: 4 },
    )

  const differences = async (one: IDBFactory, other: IDBFactory): Promise<number> => {
    let count = 0
    const of = (indexedDB: IDBFactory) => ({ indexedDB, name: 'library' })
    for await (const _ of diff(of(one), of(other))) count++
    return count
  }

  test('from files to a server and back it stays the same', async () => {
    const files = createIndexedDB({ vfs: memory() })
    const made = await make(files)
    made.close()
    const server = await factory()
    const there = await importDatabase(exportDatabase(files, 'library'), { indexedDB: server })
    expect(there.records).toBe(301)
    expect(await differences(files, server)).toBe(0)

    const back = createIndexedDB({ vfs: memory() })
    await importDatabase(exportDatabase(server, 'library'), { indexedDB: back })
    expect(await differences(files, back)).toBe(0)
  })

  test('a value and a key of every type go to a server and back, and are what they were', async () => {
    const { writeEveryType, readEveryType } = await everyType()
    const failuresOf = (checks: readonly Check[]): Check[] =>
      checks.filter((it) => it.error !== null)
    const [files, server, back] = [memoryFactory(), await factory(), memoryFactory()]
    expect(failuresOf(await writeEveryType(files))).toEqual([])
    const name = 'every type'
    for (const [from, to] of [
      [files, server],
      [server, back],
    ] as const) {
      await importDatabase(exportDatabase(from, name), { indexedDB: to })
      expect(failuresOf(await readEveryType(to))).toEqual([])
      const found: unknown[] = []
      // Two, as they are given.
      const both = [from, to].map((indexedDB) => ({ indexedDB, name }))
      for await (const difference of diff(...(both as [Side, Side]))) found.push(difference)
      expect(found).toEqual([])
    }
  })

  test('an export of the one is byte for byte that of the other', async () => {
    const [files, server] = [createIndexedDB({ vfs: memory() }), await factory()]
    const text = async (indexedDB: IDBFactory): Promise<string> => {
      const made = await make(indexedDB)
      made.close()
      const exported = await new Response(exportDatabase(indexedDB, 'library')).text()
      return exported.replace(/"exported":"[^"]*"/, '')
    }
    const [one, other] = [await text(files), await text(server)]
    expect(one === other).toBe(true)
  })
})
