/** A database on a disk that it has filled itself. */
import { expect, test } from 'vitest'
import { VfsError } from '../../../src/files/vfs.ts'
import type { Vfs, VfsDirectory, VfsFile } from '../../../src/files/vfs.ts'
import { memory } from '../../../vfs/memory.ts'
import { directoryOn, found, openWithStore, recordOf, transact } from '../../kit/test-directory.ts'

/** Files in memory that take `limit` bytes together, as a small disk would: to write over what is there needs no room. */
function disk(limit: number): Vfs {
  const sizes = new Map<string, number>()
  const taken = (): number => [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const wrapFile = (name: string, file: VfsFile): VfsFile => ({
    read: (into, offset) => file.read(into, offset),
    write(from, offset) {
      const growth = offset + from.length - file.size()
      if (growth > 0 && taken() + growth > limit) throw new VfsError('ENOSPC', 'the disk is full')
      file.write(from, offset)
      sizes.set(name, file.size())
    },
    truncate(size) {
      file.truncate(size)
      sizes.set(name, size)
    },
    size: () => file.size(),
    sync: (dataOnly) => file.sync(dataOnly),
    close: () => file.close(),
  })
  const directory = (path: string): VfsDirectory => {
    const inner = memory().directory(path)
    const wrapped: Partial<VfsDirectory> = {
      open: (name, options) => {
        const file = inner.open(name, options)
        return file && wrapFile(name, file)
      },
    }
    return Object.assign(Object.create(inner), wrapped, {
      identity: inner.identity,
    }) as VfsDirectory // All of it, but `open`.
  }
  return { name: 'small disk', isPersistent: true, directory }
}

test('on a disk that the log has filled, what a deletion frees can be used by the next transaction', async () => {
  const database = await openWithStore(directoryOn(disk(2 * 1024 * 1024)))
  const put = (key: string): void =>
    transact(database, (it) => it.put(recordOf(key, 'x'.repeat(400_000))))
  for (const key of ['a', 'b', 'c', 'd']) put(key)
  expect(() => put('e')).toThrow(/full/)
  transact(database, (it) => it.clear(1))
  for (const key of ['f', 'g']) put(key)
  expect(found(database)).toHaveLength(2)
  expect(database.care.check()).toEqual([])
})
