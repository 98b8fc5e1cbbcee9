import { expect, test } from 'vitest'
import type { Vfs } from '../../../src/files/vfs.ts'
import type { CommitMark } from '../../../src/storage/storage.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import {
  directoryOn,
  found,
  indexOf,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

const onDisk = (vfs: Vfs): Vfs => ({ ...vfs, isPersistent: true })

/** A database of 20 records, the latest of them in the log alone, as a killed process leaves it. */
async function killedOwner(): Promise<MemoryVfs> {
  const vfs = memory()
  const database = await openWithStore(directoryOn(onDisk(vfs)), { indexes: [indexOf(1)] })
  transact(database, (it) => {
    for (let i = 0; i < 20; i++) it.put(recordOf(`key ${i}`, 'x'.repeat(500)))
  })
  return vfs.fork()
}

const mark = { client: 'a', slot: 0, number: 1 }

interface Deletion {
  readonly noted?: CommitMark
  readonly freeBytes?: number
}

/** What is on the disk before each call of a deletion, and after the last one. */
async function statesDuring(
  vfs: MemoryVfs,
  { noted, ...room }: Deletion = {},
): Promise<MemoryVfs[]> {
  const states: MemoryVfs[] = []
  const watched = faulty(vfs, { ...room, onCall: () => states.push(vfs.fork()) })
  expect(await directoryOn(onDisk(watched)).delete('test', noted)).toBe(1)
  return [...states, vfs.fork()]
}

const disks: [string, { freeBytes?: number }][] = [
  ['a disk with room', {}],
  ['a full disk', { freeBytes: 0 }],
]

test.each(disks)(
  'a deletion on %s killed before any of its calls leaves the whole database, or none and nothing of it',
  async (_, room) => {
    const outcomes = new Set<string>()
    for (const state of await statesDuring(await killedOwner(), room)) {
      const directory = directoryOn(onDisk(state))
      const listed = await directory.list()
      const database = await directory.open('test')
      const { version } = database.schema
      outcomes.add(`${listed.length} listed, version ${version}`)
      if (version > 0) expect(found(database)).toHaveLength(20)
      else expect(database.schema.stores.size).toBe(0)
      expect(database.care.check()).toEqual([])
      await database.close()
      await directory.close()
    }
    expect(outcomes).toEqual(new Set(['1 listed, version 1', '0 listed, version 0']))
  },
)

test.each(disks)('a deletion on %s leaves no file', async (_, room) => {
  const states = await statesDuring(await killedOwner(), room)
  const files = states.at(-1)?.directory('test')
  await files?.lock(0)
  expect(await files?.list()).toEqual([])
})

test.each(disks)(
  'one with a mark on %s that was killed before any of its calls is known by it, or the database is whole',
  async (_, room) => {
    const outcomes = new Set<string>()
    for (const state of await statesDuring(await killedOwner(), { noted: mark, ...room })) {
      const directory = directoryOn(onDisk(state))
      const deleted = await directory.deletedFor(mark)
      const database = await directory.open('test')
      outcomes.add(`deleted: ${deleted}, version ${database.schema.version}`)
      expect(found(database)).toHaveLength(deleted === null ? 20 : 0)
      expect(database.care.check()).toEqual([])
      await database.close()
      expect(await directory.deletedFor(mark)).toBe(deleted)
      await directory.close()
    }
    expect(outcomes).toEqual(new Set(['deleted: null, version 1', 'deleted: 1, version 0']))
  },
)

test('one with a mark leaves no byte of the database once the next owner has listed all, and no database', async () => {
  for (const state of await statesDuring(await killedOwner(), { noted: mark })) {
    const directory = directoryOn(onDisk(state))
    const listed = await directory.list()
    const deleted = await directory.deletedFor(mark)
    expect(listed).toHaveLength(deleted === null ? 1 : 0)
    await directory.close()
    const files = state.directory('test')
    await files.lock(0)
    const left = (await files.list()).filter((name) => name.endsWith('.deleted'))
    expect(left).toHaveLength(deleted === null ? 0 : 1)
    for (const name of left) expect(files.open(name, { create: false })?.size()).toBe(0)
    await files.close()
  }
})

test('of deletions that no client has asked for only so many are kept, and then none is taken for not made', async () => {
  const vfs = memory()
  const files = vfs.directory('test')
  await files.lock(0)
  for (let i = 0; i < 1_000; i++) {
    const name = `${'a'.repeat(52)}.${i.toString(36)}.1.1.deleted`
    files.open(name, { create: true })?.close()
  }
  await files.close()
  const directory = directoryOn(onDisk(vfs))
  await (await openWithStore(directory)).close()
  expect(await directory.deletedFor({ ...mark, number: 2 })).toBe(null)
  await directory.delete('test', mark)
  expect(await directory.deletedFor(mark)).toBe(1)
  expect(await directory.deletedFor({ ...mark, number: 2 })).toBe('unknown')
  await directory.forgetDeletion(mark)
  await directory.close()
  await files.lock(0)
  expect(await files.list()).toEqual(['forgotten.deleted'])
})

test.each(['the file is missing', 'the file is empty'])(
  'a log left behind is not replayed into a new database of the same name when %s',
  async (what) => {
    const vfs = await killedOwner()
    const fileName = fileNameOf('test')
    const files = vfs.directory('test')
    expect(await files.list()).toContain(`${fileName}-wal`)
    if (what === 'the file is missing') await files.remove(fileName)
    else files.open(fileName, { create: false })?.truncate(0)
    const database = await openWithStore(directoryOn(onDisk(vfs)))
    expect(found(database)).toEqual([])
    expect(database.care.check()).toEqual([])
  },
)
