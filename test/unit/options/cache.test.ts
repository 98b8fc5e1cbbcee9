/** The option `cache`, alone in a thread: what others have open there counts, too. */
import { expect, test } from 'vitest'
import { inspect } from '../../../src/diagnostics.ts'
import { close, createIndexedDB } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

const MiB = 1024 * 1024

const open = (indexedDB: IDBFactory): Promise<IDBDatabase> => openDatabase(indexedDB, () => {})

test('it is 64 MiB unless something else is asked for', async () => {
  const indexedDB = createIndexedDB({ vfs: memory() })
  const database = await open(indexedDB)
  expect((await inspect(indexedDB)).databases[0]?.engine?.cacheBytes).toBe(64 * MiB)
  database.close()
})

test('the largest `cache` of a thread is shared by its open databases, as inspect() tells', async () => {
  const indexedDB = createIndexedDB({ vfs: memory(), cache: 200 * MiB })
  const shares = async (): Promise<(number | null)[]> => {
    const { databases } = await inspect(indexedDB)
    return databases.map(({ engine }) => engine && engine.cacheBytes / MiB)
  }
  const first = await open(indexedDB)
  expect(await shares()).toEqual([200])
  const second = await resultOf(indexedDB.open('second'))
  expect(await shares()).toEqual([100, 100])
  const other = createIndexedDB({ vfs: memory(), cache: MiB })
  const third = await open(other)
  // One thread has one budget, the largest that is asked for.
  expect(await shares()).toEqual([50, 50])
  for (const database of [first, second]) database.close()
  await close(indexedDB)
  const left = (await inspect(other)).databases
  expect(left.map(({ engine }) => engine?.cacheBytes)).toEqual([MiB])
  third.close()
})

test('a database that needs more than its share is lent what another leaves unused', async () => {
  const indexedDB = createIndexedDB({ vfs: memory(), cache: 8 * MiB })
  const large = await openDatabase(indexedDB, (database) => {
    const store = database.createObjectStore('s')
    for (let key = 0; key < 600; key++) store.put(new Uint8Array(10_000), key)
  })
  const small = await resultOf(indexedDB.open('small'))
  const shares = async (): Promise<(number | undefined)[]> => {
    const { databases } = await inspect(indexedDB)
    return [large, small].map(
      ({ name }) => databases.find((it) => it.name === name)?.engine?.cacheBytes,
    )
  }
  expect(await shares()).toEqual([4 * MiB, 4 * MiB])
  const store = large.transaction('s').objectStore('s')
  await Promise.all(Array.from({ length: 1024 }, (_, i) => resultOf(store.get(i % 600))))
  expect(await shares()).toEqual([6 * MiB, 4 * MiB])
  for (const database of [large, small]) database.close()
  await close(indexedDB)
})

test('factories of one directory with different ones are told so', async () => {
  const vfs = memory()
  const database = await open(createIndexedDB({ vfs, cache: 2 * MiB }))
  expect(() => createIndexedDB({ vfs })).toThrow('cache: 2097152 there, the default here')
  database.close()
})
