/** The files that gather what SQLite writes and read ahead of what it reads, page by page. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CheckpointedFile } from '../../../src/sqlite/mount/checkpointed-file.ts'
import { ReadAhead } from '../../../src/files/io/read-ahead.ts'
import { ReadBlocks } from '../../../src/files/io/read-blocks.ts'
import type { VfsFile } from '../../../src/files/vfs.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import { memory } from '../../../vfs/memory.ts'
import { faulty, type FaultyVfs } from '../../../src/testing/fault-vfs.ts'
import { directoryOn, found, openWithStore, recordOf, transact } from '../../kit/test-directory.ts'

const pageSize = 4096

async function openFile(vfs: FaultyVfs): Promise<VfsFile> {
  const directory = vfs.directory('x')
  await directory.lock(0)
  const file = directory.open('f', { create: true })
  if (!file) throw new Error('a created file is missing')
  return file
}

const page = (value: number): Uint8Array => new Uint8Array(pageSize).fill(value)

function contentOf(file: VfsFile): number[] {
  const bytes = new Uint8Array(file.size())
  file.read(bytes, 0)
  return [...bytes].filter((_, offset) => offset % pageSize === 0)
}

describe('a database file beside a log', () => {
  test('pages that follow each other are written together, when the checkpoint ends', async () => {
    const vfs = faulty(memory())
    const inner = await openFile(vfs)
    const file = new CheckpointedFile(inner)
    for (const number of [0, 1, 2, 5, 6, 3]) file.write(page(number + 1), number * pageSize)
    file.truncate(7 * pageSize)
    expect(vfs.callCount('write')).toBe(3)
    expect(contentOf(inner)).toEqual([1, 2, 3, 4, 0, 6, 7])
  })

  test('what is larger than everything gathered is written in its place', async () => {
    const inner = await openFile(faulty(memory()))
    const file = new CheckpointedFile(inner)
    file.write(page(1), 0)
    file.write(new Uint8Array(50 * pageSize).fill(2), 0)
    file.write(page(3), pageSize)
    file.sync(true)
    expect(contentOf(inner).slice(0, 3)).toEqual([2, 3, 2])
  })

  test('pages that follow each other are read together, and as they are after a write', async () => {
    const vfs = faulty(memory())
    const file = new CheckpointedFile(await openFile(vfs))
    file.write(new Uint8Array(8 * pageSize).fill(1), 0)
    file.sync(true)
    const firstOf = (number: number): number => {
      const into = new Uint8Array(pageSize)
      file.read(into, number * pageSize)
      return into[0] ?? NaN
    }
    vfs.inject({})
    expect([0, 1, 2, 3].map(firstOf)).toEqual([1, 1, 1, 1])
    expect(vfs.callCount('read')).toBe(2)
    file.write(page(2), 4 * pageSize)
    expect([4, 5].map(firstOf)).toEqual([2, 1])
  })

  test('nobody finds less than was written', async () => {
    const file = new CheckpointedFile(await openFile(faulty(memory())))
    file.write(page(1), 0)
    expect(file.size()).toBe(pageSize)
    file.write(page(2), 0)
    expect(contentOf(file)).toEqual([2])
  })

  test.each(['truncate', 'sync', 'write'] as const)(
    'a write that fails within %s() fails that call, and is not tried again',
    async (call) => {
      const vfs = faulty(memory())
      const file = new CheckpointedFile(await openFile(vfs))
      file.write(page(1), 0)
      vfs.inject({ faults: [{ on: 'write', nth: 1, code: 'ENOSPC' }] })
      const calls = {
        truncate: () => file.truncate(pageSize),
        sync: () => file.sync(false),
        write: () => file.write(page(2), 2 * pageSize),
      }
      expect(calls[call]).toThrow('ENOSPC')
      expect(file.size()).toBe(0)
      expect(vfs.callCount('write')).toBe(1)
    },
  )

  test('it can do what the file below can, and no more', async () => {
    const inner = await openFile(faulty(memory()))
    const { syncLater: _, isLinked: __, ...bare } = inner
    expect(new CheckpointedFile(bare).syncLater).toBeUndefined()
    expect(new CheckpointedFile(bare).isLinked).toBeUndefined()
    const synced: string[] = []
    const syncLater = async (): Promise<void> => void synced.push(`${inner.size()} bytes`)
    const file = new CheckpointedFile({ ...bare, syncLater, isLinked: () => false })
    file.write(page(1), 0)
    await file.syncLater?.()
    expect(synced).toEqual([`${pageSize} bytes`])
    expect(file.isLinked?.()).toBe(false)
  })

  test('a checkpoint takes far fewer calls than there are pages, and leaves all of them in the file', async () => {
    const vfs = faulty(memory())
    const directory = directoryOn(vfs)
    const database = await openWithStore(directory)
    const keys = Array.from({ length: 1500 }, (_, i) => String(i).padStart(4, '0'))
    transact(database, (it) => {
      for (const key of keys) it.put(recordOf(key, key.repeat(1000)))
    })
    const pages = database.care.pendingBytes() / pageSize
    expect(pages).toBeGreaterThan(1500)
    vfs.inject({})
    expect(database.care.housekeep()).toBe(false)
    expect(database.care.pendingBytes()).toBe(0)
    expect(vfs.callCount('write')).toBeLessThan(pages / 10)
    expect(vfs.callCount('read')).toBeLessThan(pages / 10)
    await database.close()
    const reopened = await directory.open('test')
    expect(found(reopened).map(({ key, value }) => value === key.repeat(1000) && key)).toEqual(keys)
    expect(reopened.care.check()).toEqual([])
    await reopened.close()
    await directory.close()
  })
})

test('a checkpoint reads a log of scattered pages in large pieces', async () => {
  const vfs = faulty(memory())
  const directory = directoryOn(vfs)
  const database = await openWithStore(directory)
  const keys = Array.from({ length: 1500 }, (_, i) => String((i * 701) % 1500).padStart(4, '0'))
  const putAll = (text: string): void => {
    for (const key of keys) {
      transact(database, (it) =>
        it.put({ ...recordOf(key, key + text.repeat(500)), overwrite: true }),
      )
    }
  }
  putAll('a')
  while (database.care.housekeep()) continue
  putAll('b')
  const frames = database.care.pendingBytes() / pageSize
  expect(frames).toBeGreaterThan(1500)
  vfs.inject({})
  expect(database.care.housekeep()).toBe(false)
  expect(vfs.callCount('read')).toBeLessThan(frames / 10)
  expect(found(database)[0]?.value).toBe('0000' + 'b'.repeat(500))
  expect(database.care.check()).toEqual([])
  await database.close()
  await directory.close()
})

/** SQLite then writes the frames of pages that it touches again anew, and the headers of all that follow. */
describe('a transaction that outgrows the cache of pages', () => {
  /** They share the cache, so that each has a small part of it. */
  const names = Array.from({ length: 32 }, (_, i) => `database ${i}`)
  const value = 'large '.repeat(500_000)

  async function openCrowded(vfs: FaultyVfs) {
    const directory = directoryOn(vfs)
    const databases: Storage[] = []
    for (const name of names) databases.push(await openWithStore(directory, { name }))
    const [database] = databases
    if (!database) throw new Error('unreachable: there are names')
    transact(database, (it) => it.put(recordOf('before', 'small')))
    const close = async (): Promise<void> => {
      for (const each of databases) await each.close()
      await directory.close()
    }
    return { database, close }
  }

  /** What a database is found to hold by who opens its files anew. */
  async function keysAfterCrash(vfs: FaultyVfs): Promise<string[]> {
    const directory = directoryOn(faulty(vfs.crash('all')))
    const database = await directory.open('database 0')
    expect(database.care.check()).toEqual([])
    const records = found(database)
    for (const record of records) if (record.key === 'large') expect(record.value).toBe(value)
    await database.close()
    await directory.close()
    return records.map(({ key }) => key)
  }

  test('takes far fewer calls than it has pages, and leaves all of them in the log', async () => {
    const vfs = faulty(memory())
    const { database, close } = await openCrowded(vfs)
    vfs.inject({})
    transact(database, (it) => it.put(recordOf('large', value)))
    const pages = value.length / pageSize
    expect(vfs.callCount('write')).toBeLessThan(pages / 10)
    expect(vfs.callCount('read')).toBeLessThan(pages / 10)
    expect(await keysAfterCrash(vfs)).toEqual(['before', 'large'])
    await close()
  })

  test('is there as a whole or not at all, wherever in its commit a process dies', async () => {
    const vfs = faulty(memory())
    const { database, close } = await openCrowded(vfs)
    const transaction = database.begin()
    transaction.put(recordOf('large', value))
    const crashes: Promise<string[]>[] = []
    vfs.inject({
      onCall: (kind) => {
        if (kind === 'write') crashes.push(keysAfterCrash(vfs))
      },
    })
    transaction.commit()
    expect(crashes.length).toBeGreaterThan(3)
    for (const keys of await Promise.all(crashes)) expect(keys).toEqual(['before'])
    expect(await keysAfterCrash(vfs)).toEqual(['before', 'large'])
    await close()
  })

  test('that fails at any write of its commit leaves nothing, and the next goes on in its place', async () => {
    const vfs = faulty(memory())
    const { database, close } = await openCrowded(vfs)
    const put = (key: string, text: string): void =>
      transact(database, (it) => it.put(recordOf(key, text)))
    const logBytes = database.care.pendingBytes()
    for (const nth of [1, 2, 4]) {
      const transaction = database.begin()
      transaction.put(recordOf('large', value))
      vfs.inject({ faults: [{ on: 'write', nth }] })
      expect(() => transaction.commit()).toThrow('disk I/O error')
      vfs.inject({})
      transaction.rollback()
      expect(database.care.pendingBytes()).toBe(logBytes)
    }
    put('after', 'small')
    expect(await keysAfterCrash(vfs)).toEqual(['after', 'before'])
    put('large', value)
    expect(await keysAfterCrash(vfs)).toEqual(['after', 'before', 'large'])
    await close()
  })
})

describe('reading in blocks', () => {
  const bytes = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 7919) >> 5)

  test('gives what the file holds, in any order', async () => {
    const file = await openFile(faulty(memory()))
    file.write(bytes, 0)
    const read = fc.record({
      offset: fc.nat(bytes.length + 10),
      byteCount: fc.constantFrom(1, 24, 4096, 70_000),
    })
    fc.assert(
      fc.property(fc.array(read), (reads) => {
        const blocks = new ReadBlocks(file)
        for (const { offset, byteCount } of reads) {
          const into = new Uint8Array(byteCount)
          const count = blocks.read(into, offset)
          expect(count).toBe(Math.max(0, Math.min(byteCount, bytes.length - offset)))
          expect(
            Buffer.compare(into.subarray(0, count), bytes.subarray(offset, offset + count)),
          ).toBe(0)
        }
      }),
    )
  })

  test('reads each block once, and what it can of one that fails', async () => {
    const vfs = faulty(memory())
    const file = await openFile(vfs)
    file.write(bytes, 0)
    const blocks = new ReadBlocks(file)
    const into = new Uint8Array(pageSize)
    vfs.inject({ faults: [{ on: 'read', nth: 1 }] })
    for (const offset of [0, 50_000, 100]) {
      expect(blocks.read(into, offset)).toBe(pageSize)
      expect(into[0]).toBe(bytes[offset])
    }
    expect(vfs.callCount('read')).toBe(3)
  })
})

describe('reading ahead', () => {
  test('gives what the file holds', async () => {
    const bytes = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 7919) >> 5)
    const file = await openFile(faulty(memory()))
    file.write(bytes, 0)
    const ahead = new ReadAhead()
    const jump = fc.record({ to: fc.nat(bytes.length), gaps: fc.array(fc.nat(40)) })
    const length = fc.constantFrom(1, 24, 4096, 70_000)
    fc.assert(
      fc.property(jump, length, ({ to, gaps }, byteCount) => {
        let offset = to
        for (const gap of [0, ...gaps]) {
          const into = new Uint8Array(byteCount)
          const count = ahead.read(file, into, offset)
          expect(count).toBe(Math.max(0, Math.min(byteCount, bytes.length - offset)))
          const expected = bytes.subarray(offset, offset + count)
          expect(Buffer.compare(into.subarray(0, count), expected)).toBe(0)
          offset += byteCount + gap
        }
      }),
    )
  })

  test('fetches what follows in one call, until told to forget', async () => {
    const vfs = faulty(memory())
    const file = await openFile(vfs)
    file.write(new Uint8Array(20 * pageSize).fill(1), 0)
    const ahead = new ReadAhead()
    const readPage = (number: number): number => {
      const into = new Uint8Array(pageSize)
      ahead.read(file, into, number * pageSize)
      return into[0] ?? NaN
    }
    vfs.inject({})
    expect([0, 1, 2, 3, 4, 5].map(readPage)).toEqual([1, 1, 1, 1, 1, 1])
    expect(vfs.callCount('read')).toBe(2)
    file.write(page(2), 6 * pageSize)
    ahead.forget()
    expect(readPage(6)).toBe(2)
  })

  test('fetches more and more of what is read on and on', async () => {
    const vfs = faulty(memory())
    const file = await openFile(vfs)
    const pageCount = 1000
    file.write(new Uint8Array(pageCount * pageSize).fill(1), 0)
    const ahead = new ReadAhead()
    const into = new Uint8Array(pageSize)
    vfs.inject({})
    for (let i = 0; i < pageCount; i++) ahead.read(file, into, i * pageSize)
    expect(vfs.callCount('read')).toBeLessThan(15)
  })

  test('what cannot be read behind a page does not keep it from being read', async () => {
    const vfs = faulty(memory())
    const file = await openFile(vfs)
    file.write(new Uint8Array(20 * pageSize).fill(1), 0)
    const ahead = new ReadAhead()
    const into = new Uint8Array(pageSize)
    vfs.inject({ faults: [{ on: 'read', nth: 2 }] })
    expect(ahead.read(file, into, 0)).toBe(pageSize)
    expect(ahead.read(file, into, pageSize)).toBe(pageSize)
    expect(vfs.callCount('read')).toBe(3)
  })
})
