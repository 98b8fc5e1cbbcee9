import assert from 'node:assert/strict'
import { describe, expect, test } from 'vitest'
import { MeasuredDirectory } from '../../../src/files/measured-directory.ts'
import type { Vfs, VfsFile } from '../../../src/files/vfs.ts'
import { memory } from '../../../vfs/memory.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import { vfsConformance } from '../../../src/testing/vfs-conformance.ts'

describe('a measured directory is one', () => {
  vfsConformance({ test, assert }, () => ({ vfs: measured(memory()), path: 'x' }))
})

test('it knows what its files take, through writing, cutting, renaming and removing', async () => {
  const { directory } = await lockedOn(memory())
  const [a, b] = [open(directory, 'a'), open(directory, 'b')]
  a.write(new Uint8Array(1000), 0)
  a.write(new Uint8Array(10), 500)
  b.write(new Uint8Array(10), 90)
  expect(directory.usedBytes).toBe(1100)
  a.truncate(400)
  expect(directory.usedBytes).toBe(500)
  a.close()
  b.close()
  await directory.rename('a', 'b')
  expect(directory.usedBytes).toBe(400)
  await directory.remove('b')
  expect(directory.usedBytes).toBe(0)
})

test('it can be verified where the directory it wraps can', async () => {
  const { directory, vfs } = await lockedOn(faulty(memory()))
  vfs.inject({ faults: [{ on: 'verify', nth: 1, code: 'ESTALE' }] })
  expect(() => directory.verify?.()).toThrow(/ESTALE/)
  expect((await lockedOn(memory())).directory.verify).toBeUndefined()
})

test('it measures what was there before, at every lock', async () => {
  const vfs = memory()
  open(vfs.directory('x'), 'old').write(new Uint8Array(300), 0)
  const { directory } = await lockedOn(vfs)
  expect(directory.usedBytes).toBe(300)
  await directory.close()
  await vfs.directory('x').remove('old')
  await directory.lock(0)
  expect(directory.usedBytes).toBe(0)
})

test('half of a write that failed counts', async () => {
  const { directory, vfs } = await lockedOn(faulty(memory()))
  const file = open(directory, 'a')
  vfs.inject({ faults: [{ on: 'write', nth: 1, effect: 'short', code: 'ENOSPC' }] })
  expect(() => file.write(new Uint8Array(100), 0)).toThrow()
  expect(directory.usedBytes).toBe(50)
})

test('a directory that cannot be measured is not owned', async () => {
  const inner = memory()
  open(inner.directory('x'), 'old').write(new Uint8Array(300), 0)
  const vfs = faulty(inner)
  const directory = new MeasuredDirectory(vfs.directory('x'))
  vfs.inject({ faults: [{ on: 'list', nth: 1 }] })
  await expect(directory.lock(0)).rejects.toMatchObject({ code: 'EIO' })
  await directory.lock(0)
  expect(directory.usedBytes).toBe(300)
})

function measured(vfs: Vfs): Vfs {
  return { ...vfs, directory: (path) => new MeasuredDirectory(vfs.directory(path)) }
}

async function lockedOn<V extends Vfs>(vfs: V): Promise<{ directory: MeasuredDirectory; vfs: V }> {
  const directory = new MeasuredDirectory(vfs.directory('x'))
  await directory.lock(0)
  return { directory, vfs }
}

function open(directory: Pick<MeasuredDirectory, 'open'>, name: string): VfsFile {
  const file = directory.open(name, { create: true })
  if (!file) throw new Error('unreachable: a file opened with create is missing')
  return file
}
