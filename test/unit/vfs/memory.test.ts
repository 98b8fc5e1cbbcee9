import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import type { VfsFile } from '../../../src/files/vfs.ts'
import { memory } from '../../../vfs/memory.ts'
import type { MemoryVfs } from '../../../vfs/memory.ts'
import { vfsConformance } from '../../../src/testing/vfs-conformance.ts'

describe('the memory VFS', () => {
  vfsConformance({ test, assert }, () => ({ vfs: memory(), path: 'databases' }))

  test('two instances share nothing', async () => {
    const [one, other] = [memory(), memory()]
    openFile(one, 'a').write(Uint8Array.of(1), 0)
    assert.notEqual(one.directory('x').identity, other.directory('x').identity)
    assert.deepEqual(await other.directory('x').list(), [])
  })

  test('a fork starts with the same bytes, and neither side sees what the other writes', () => {
    const vfs = memory()
    const file = openFile(vfs, 'a')
    file.write(new Uint8Array(10_000).fill(1), 0)
    const fork = vfs.fork()
    const forked = openFile(fork, 'a')
    file.write(Uint8Array.of(2), 5000)
    forked.write(Uint8Array.of(3), 5001)
    assert.deepEqual(bytesAt(file, 4999, 3), [1, 2, 1])
    assert.deepEqual(bytesAt(forked, 4999, 3), [1, 1, 3])
  })

  test('a fork of a fork, and a second fork, stay as they were made', () => {
    const vfs = memory()
    const file = openFile(vfs, 'a')
    const forks = [1, 2, 3].map((value) => {
      file.write(Uint8Array.of(value), 0)
      return vfs.fork()
    })
    file.truncate(0)
    openFile(forks[1]?.fork() ?? vfs, 'a').write(Uint8Array.of(9), 0)
    assert.deepEqual(
      forks.map((fork) => bytesAt(openFile(fork, 'a'), 0, 1)),
      [[1], [2], [3]],
    )
  })

  test('truncating one side leaves the other whole', () => {
    const vfs = memory()
    const file = openFile(vfs, 'a')
    file.write(new Uint8Array(5000).fill(1), 0)
    const forked = openFile(vfs.fork(), 'a')
    file.truncate(100)
    file.truncate(5000)
    assert.deepEqual(bytesAt(file, 99, 2), [1, 0])
    assert.deepEqual(bytesAt(forked, 99, 2), [1, 1])
  })
})

function openFile(vfs: MemoryVfs, name: string): VfsFile {
  const file = vfs.directory('x').open(name, { create: true })
  assert.ok(file)
  return file
}

function bytesAt(file: VfsFile, offset: number, length: number): number[] {
  const into = new Uint8Array(length)
  return [...into.subarray(0, file.read(into, offset))]
}
