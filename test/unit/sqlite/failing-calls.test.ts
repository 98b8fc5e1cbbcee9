import { beforeEach, expect, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { CacheBudget, usualCacheBytes } from '../../../src/sqlite/care/cache-budget.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import type { StorageDirectory } from '../../../src/storage/storage.ts'
import { memory } from '../../../vfs/memory.ts'
import { faulty, type FaultyVfs } from '../../../src/testing/fault-vfs.ts'
import { engine, found, openWithStore, recordOf, transact } from '../../kit/test-directory.ts'

let warnings: StorageError[] = []

beforeEach(() => {
  warnings = []
})

function open(vfs: FaultyVfs, { isPersistent = true } = {}): StorageDirectory {
  return openStorageDirectory({
    vfs: { ...vfs, isPersistent },
    path: 'test',
    waitMs: 0,
    getEngine: engine,
    onWarning: (warning) => warnings.push(warning),
  })
}

/** A directory with one database of one record. */
async function withDatabase(): Promise<StorageDirectory & { vfs: FaultyVfs }> {
  const vfs = faulty(memory())
  const directory = open(vfs)
  const database = await openWithStore(directory)
  transact(database, (it) => it.put(recordOf('a')))
  await database.close()
  return Object.assign(directory, { vfs })
}

test('a spare connection that gets no other file closes none that is open by now', async () => {
  const vfs = faulty(memory())
  const directory = open(vfs, { isPersistent: false })
  const [one, two] = [
    await openWithStore(directory, { name: 'one' }),
    await openWithStore(directory, { name: 'two' }),
  ]
  await one.close()
  await two.close()
  // The connection that has left "two" goes to "one"; the one that has left "one" is next.
  const again = await directory.open('one')
  const before = vfs.callCount('open')
  for (let nth = before + 1; ; nth++) {
    vfs.inject({ faults: [{ on: 'open', nth: nth - before }] })
    const third = await directory.open('two').catch(() => null)
    vfs.inject({})
    expect(vfs.openFiles()).toContain(fileNameOf('one'))
    if (!third) continue
    await third.close()
    break
  }
  transact(again, (it) => it.put(recordOf('a')))
  expect(found(again)).toHaveLength(1)
  await again.close()
  await directory.close()
})

test('a database that cannot be closed when its directory is, is a warning', async () => {
  const directory = await withDatabase()
  const database = await directory.open('test')
  transact(database, (it) => it.put(recordOf('b')))
  directory.vfs.inject({ faults: [{ on: 'sync', nth: 1, times: Infinity }] })
  await directory.close()
  expect(warnings).toEqual([expect.objectContaining({ code: 'io' })])
})

test('close() of a database that is being closed is the same close()', async () => {
  const directory = await withDatabase()
  const database = await directory.open('test')
  await Promise.all([database.close(), directory.close(), database.close()])
  const again = await directory.open('test')
  expect(found(again)).toHaveLength(1)
  await again.close()
  await directory.close()
})

test('who cannot be told of a share of the cache keeps no one from coming and going', () => {
  const budget = new CacheBudget()
  const shares: number[] = []
  const deaf = {
    usedKiB: () => 0,
    take() {
      throw new StorageError('io', 'The disk fails')
    },
  }
  const user = { usedKiB: () => 0, take: (share: number) => void shares.push(share) }
  budget.join(deaf, usualCacheBytes)
  budget.join(user, usualCacheBytes)
  budget.leave(deaf)
  expect(shares).toEqual([32 * 1024, 64 * 1024])
})
