import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Vfs, VfsDirectory, VfsFile } from '../../../src/files/vfs.ts'
import { VfsError } from '../../../src/files/vfs.ts'
import type { Storage, StorageTransaction } from '../../../src/storage/storage.ts'
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import {
  bytes,
  directoryOn,
  found,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

/** Lets the engine believe that the files outlive the process, so that it keeps a write-ahead log. */
function persistent(vfs: MemoryVfs): Vfs {
  return { name: vfs.name, isPersistent: true, directory: (path) => vfs.directory(path) }
}

/** What a database holds: keys with the lengths of their values, and index entries. */
function contentOf(database: Storage): string[] {
  return [
    ...found(database).map(({ key, value }) => `${key}:${value.length}`),
    ...found(database, { indexId: 1, withValues: false }).map(
      ({ key, primaryKey }) => `${key}→${primaryKey}`,
    ),
  ]
}

type Step =
  | { type: 'put'; key: string; size: number; entries: readonly string[] }
  | { type: 'delete'; key: string }
  | { type: 'clear' | 'commit' | 'rollback' | 'housekeep' | 'crash' }

const key = fc.constantFrom(...'abcdefgh')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('put' as const),
      key,
      size: fc.constantFrom(1, 100, 899, 900, 5000, 300_000),
      entries: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom('clear', 'commit', 'commit', 'rollback', 'housekeep', 'crash', 'crash'),
    }) as fc.Arbitrary<Step>, // the union's last member, spelled out for the generator
  },
)

function run(transaction: StorageTransaction, step: Step): void {
  if (step.type === 'put') {
    const entries = indexKeys(...step.entries.map((key) => [1, key] as const))
    const indexKeysOrNone = entries.length > 0 ? entries : null
    transaction.put(recordOf(step.key, 'v'.repeat(step.size), { indexKeys: indexKeysOrNone }))
  }
  if (step.type === 'delete') transaction.deleteRange(1, { lower: bytes(step.key), upper: null })
  if (step.type === 'clear') transaction.clear(1)
}

test('a process that dies at any moment loses nothing committed and keeps nothing uncommitted', () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      let vfs = memory()
      let database = await openWithStore(directoryOn(persistent(vfs)), { indexes: [indexOf(1)] })
      let committed = contentOf(database)
      let transaction = database.begin()
      for (const step of steps) {
        run(transaction, step)
        if (step.type === 'commit') transaction.commit()
        if (step.type === 'rollback') transaction.rollback()
        if (step.type === 'commit') committed = contentOf(database)
        if (step.type === 'housekeep') database.care.housekeep()
        if (step.type === 'crash') {
          vfs = vfs.fork()
          database = await directoryOn(persistent(vfs)).open('test')
          expect(database.care.check()).toEqual([])
        }
        if (step.type === 'rollback' || step.type === 'crash') {
          expect(contentOf(database)).toEqual(committed)
        }
        if (['commit', 'rollback', 'crash'].includes(step.type)) transaction = database.begin()
      }
    }),
    { numRuns: 40 },
  ))

/** What a test makes the files do. */
interface Faults {
  /** Called before each write; may throw. */
  beforeWrite: (file: string, byteCount: number, offset: number) => void
  beforeSync: (file: string) => void
}

function faulty(faults: Faults, vfs = memory()): Vfs {
  const wrapFile = (name: string, file: VfsFile): VfsFile => ({
    read: (into, offset) => file.read(into, offset),
    write: (from, offset) => {
      faults.beforeWrite(name, from.length, offset)
      file.write(from, offset)
    },
    truncate: (size) => file.truncate(size),
    size: () => file.size(),
    sync: (dataOnly) => {
      faults.beforeSync(name)
      file.sync(dataOnly)
    },
    close: () => file.close(),
  })
  const directory = (path: string): VfsDirectory => {
    const inner = vfs.directory(path)
    return {
      identity: inner.identity,
      lock: (waitMs) => inner.lock(waitMs),
      list: () => inner.list(),
      prepare: (names) => inner.prepare(names),
      open: (name, options) => {
        const file = inner.open(name, options)
        return file && wrapFile(name, file)
      },
      rename: (from, to) => inner.rename(from, to),
      remove: (name) => inner.remove(name),
      close: () => inner.close(),
    }
  }
  return { name: 'faulty', isPersistent: true, directory }
}

const noFaults = (): Faults => ({ beforeWrite: () => {}, beforeSync: () => {} })

describe('when a log is found that ends in what is left of a longer one', () => {
  /** The files of a process that has died: a log of some kilobytes in a file of several megabytes. */
  async function died(): Promise<MemoryVfs> {
    const vfs = memory()
    const database = await openWithStore(directoryOn(persistent(vfs)))
    for (let i = 0; i < 100; i++) {
      transact(database, (it) => it.put(recordOf('a', 'x'.repeat(50_000))))
    }
    while (database.care.housekeep());
    transact(database, (it) => it.put(recordOf('a', 'last')))
    return vfs.fork()
  }

  test('its length is known from the first transaction on, and the database found sound', async () => {
    const database = await directoryOn(persistent(await died())).open('test')
    expect(database.care.pendingBytes()).toBeGreaterThan(4_000_000)
    transact(database, (it) => it.put(recordOf('b')))
    const pendingBytes = database.care.pendingBytes()
    expect(pendingBytes).toBeGreaterThan(0)
    expect(pendingBytes).toBeLessThan(100_000)
    while (database.care.housekeep());
    database.begin().rollback()
    expect(database.care.pendingBytes()).toBe(pendingBytes)
    expect(found(database).map(({ key }) => key)).toEqual(['a', 'b'])
    await database.close()
  })

  test('a transaction is appended to it by one write, the first one too', async () => {
    const faults = noFaults()
    const database = await directoryOn(faulty(faults, await died())).open('test')
    const writes: string[] = []
    faults.beforeWrite = (file) => writes.push(file)
    for (const key of ['b', 'c']) transact(database, (it) => it.put(recordOf(key)))
    expect(writes).toEqual(Array(2).fill(expect.stringMatching(/-wal$/)))
    await database.close()
  })
})

describe('when the file system fails', () => {
  test.each([
    ['ENOSPC', 'full'],
    ['EIO', 'io'],
  ])('%s at each write in turn: the commit fails with "%s" or holds', async (code, expected) => {
    const faults = noFaults()
    const directory = directoryOn(faulty(faults))
    const database = await openWithStore(directory, { indexes: [indexOf(1)] })
    let failures = 0
    let held = 0
    for (let nth = 1, isReached = true; isReached; nth++) {
      let count = 0
      isReached = false
      const before = contentOf(database)
      faults.beforeWrite = () => {
        if (++count !== nth) return
        isReached = true
        throw new VfsError(code, 'injected')
      }
      const transaction = database.begin()
      try {
        for (let i = 0; i < 30; i++) {
          transaction.put(
            recordOf(`${nth} ${i}`, 'x'.repeat(80_000), { indexKeys: indexKeys([1, 'k']) }),
          )
        }
        transaction.commit()
        held++
      } catch (error) {
        failures++
        expect(error).toMatchObject({ code: expected, cause: { code } })
        faults.beforeWrite = () => {}
        transaction.rollback()
        expect(contentOf(database)).toEqual(before)
      }
    }
    expect(failures).toBeGreaterThan(1)
    faults.beforeWrite = () => {}
    transact(database, (it) => it.put(recordOf('last')))
    expect(database.care.check()).toEqual([])
    await database.close()
    const again = await directory.open('test')
    expect(found(again)).toHaveLength(30 * held + 1)
    expect(again.care.check()).toEqual([])
    await again.close()
  })

  test('a log that may not become longer is emptied, and the next transactions go on', async () => {
    const faults = noFaults()
    const database = await openWithStore(directoryOn(faulty(faults)))
    faults.beforeWrite = (file, byteCount, offset) => {
      if (!file.endsWith('-wal') || offset + byteCount <= 200 * 1024) return
      throw new VfsError('EFBIG', 'injected')
    }
    const outcomes = Array.from({ length: 100 }, (_, i) => {
      try {
        transact(database, (it) => it.put(recordOf(`${i}`, 'x'.repeat(5_000))))
        return 'done'
      } catch (error) {
        expect(error).toMatchObject({ code: 'full', cause: { code: 'EFBIG' } })
        return 'full'
      }
    })
    // One finds out how long the log may be.
    expect(outcomes.filter((it) => it === 'full')).toHaveLength(1)
    expect(found(database)).toHaveLength(99)
    expect(database.care.check()).toEqual([])
    await database.close()
  })

  test('a file whose maker was killed reaches the disk before its log is copied into it', async () => {
    const vfs = memory()
    const database = await openWithStore(directoryOn(persistent(vfs)))
    transact(database, (it) => it.put(recordOf('a')))
    const faults = noFaults()
    const again = await directoryOn(faulty(faults, vfs.fork())).open('test')
    const calls: string[] = []
    const suffix = (file: string): string | undefined => file.split(/[.-]/).at(-1)
    faults.beforeSync = (file) => calls.push(`sync ${suffix(file)}`)
    faults.beforeWrite = (file) => calls.push(`write ${suffix(file)}`)
    await again.close()
    expect(calls.slice(0, 3)).toEqual(['sync sqlite', 'sync wal', 'write sqlite'])
    await database.close()
  })

  test('after a failed sync none is trusted until the file is opened again', async () => {
    const faults = noFaults()
    const directory = directoryOn(faulty(faults))
    const database = await openWithStore(directory)
    faults.beforeSync = () => {
      throw new VfsError('EIO', 'injected')
    }
    expect(() => database.durability.sync()).toThrow(/syncing the file failed/)
    faults.beforeSync = () => {}
    expect(database.durability.hasLostSync).toBe(true)
    expect(() => database.durability.sync()).toThrow(/an earlier sync failed/)
    await database.close()
    const again = await directory.open('test')
    expect(again.durability.hasLostSync).toBe(false)
    again.durability.sync()
    await again.close()
  })

  test('a commit of one record is one write', async () => {
    const faults = noFaults()
    const database = await openWithStore(directoryOn(faulty(faults)))
    transact(database, (it) => it.put(recordOf('a')))
    const writes: string[] = []
    faults.beforeWrite = (file, byteCount) => writes.push(`${file.slice(-3)} ${byteCount}`)
    transact(database, (it) => it.put(recordOf('b')))
    expect(writes).toEqual(['wal 4120'])

    // Nothing of a transaction that is rolled back stays behind to make the next one slower.
    const transaction = database.begin()
    for (let i = 0; i < 100; i++) transaction.put(recordOf(`${i}`, 'x'.repeat(900)))
    transaction.rollback()
    writes.length = 0
    transact(database, (it) => it.put(recordOf('c')))
    expect(writes).toEqual(['wal 4120'])
    await database.close()
  })
})
