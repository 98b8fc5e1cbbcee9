import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import type { Vfs, VfsDirectory, VfsFile } from '../../../src/files/vfs.ts'
import { memory } from '../../../vfs/memory.ts'
import { vfsConformance } from '../../../src/testing/vfs-conformance.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import type { CallKind, FaultyVfs } from '../../../src/testing/fault-vfs.ts'

describe('the faulty VFS without faults', () => {
  vfsConformance({ test, assert }, () => ({ vfs: faulty(memory()), path: 'x' }))
})

describe('injected faults', () => {
  test('calls are counted by kind', async () => {
    const { vfs, file } = await openFaulty()
    file.write(Uint8Array.of(1), 0)
    file.read(new Uint8Array(1), 0)
    file.read(new Uint8Array(1), 0)
    file.sync(true)
    const kinds: CallKind[] = ['lock', 'open', 'write', 'read', 'sync', 'truncate']
    assert.deepEqual(
      kinds.map((kind) => vfs.callCount(kind)),
      [1, 1, 1, 2, 1, 0],
    )
    assert.equal(vfs.callCount('any'), 6)
  })

  test('the n-th call of a kind fails with the code, once, and does nothing', async () => {
    const { vfs, file } = await openFaulty()
    vfs.inject({ faults: [{ on: 'write', nth: 2, code: 'ENOSPC' }] })
    file.write(Uint8Array.of(1), 0)
    assert.throws(() => file.write(Uint8Array.of(2), 0), { code: 'ENOSPC' })
    assert.deepEqual(bytesOf(file), [1])
    file.write(Uint8Array.of(3), 0)
    assert.deepEqual(bytesOf(file), [3])
  })

  test('from the n-th call of any kind on all fail', async () => {
    const { vfs, directory, file } = await openFaulty()
    vfs.inject({ faults: [{ on: 'any', nth: 2, times: Infinity }] })
    file.size()
    assert.throws(() => file.size(), { code: 'EIO' })
    assert.throws(() => file.sync(true), { code: 'EIO' })
    await assert.rejects(directory.remove('a'), { code: 'EIO' })
  })

  test('a short write writes half and fails', async () => {
    const { vfs, file } = await openFaulty()
    vfs.inject({ faults: [{ on: 'write', nth: 1, effect: 'short', code: 'ENOSPC' }] })
    assert.throws(() => file.write(Uint8Array.of(1, 2, 3, 4), 0), { code: 'ENOSPC' })
    assert.deepEqual(bytesOf(file), [1, 2])
    assert.deepEqual(bytesAfter(vfs, 'all'), [1, 2])
  })

  test('a short read returns half of the bytes', async () => {
    const { vfs, file } = await openFaulty()
    file.write(Uint8Array.of(1, 2, 3, 4), 0)
    vfs.inject({ faults: [{ on: 'read', nth: 1, effect: 'short' }] })
    assert.equal(file.read(new Uint8Array(4), 0), 2)
    assert.equal(file.read(new Uint8Array(4), 0), 4)
  })

  test('once the free bytes are used up, growing fails and overwriting does not', async () => {
    const { vfs, file } = await openFaulty()
    vfs.inject({ freeBytes: 3 })
    file.write(Uint8Array.of(1, 2, 3), 0)
    assert.throws(() => file.write(Uint8Array.of(4), 3), { code: 'ENOSPC' })
    assert.throws(() => file.truncate(4), { code: 'ENOSPC' })
    file.write(Uint8Array.of(4), 2)
    file.truncate(1)
    file.write(Uint8Array.of(5), 1)
    assert.deepEqual(bytesOf(file), [1, 5])
  })

  test('onCall sees every call before it is made', async () => {
    const { vfs, file } = await openFaulty()
    const seen: unknown[] = []
    vfs.inject({ onCall: (kind, number) => seen.push(kind, number) })
    file.write(Uint8Array.of(1), 0)
    file.sync(false)
    assert.deepEqual(seen, ['write', 1, 'sync', 2])
  })
})

describe('power loss', () => {
  test('what was synced survives, what was not may be lost', async () => {
    const { vfs, file } = await openFaulty()
    file.write(Uint8Array.of(1, 1), 0)
    file.sync(true)
    file.write(Uint8Array.of(2), 1)
    assert.deepEqual(bytesAfter(vfs, 'none'), [1, 1])
    assert.deepEqual(bytesAfter(vfs, 'all'), [1, 2])
  })

  test('a lost sync makes nothing certain', async () => {
    const { vfs, file } = await openFaulty()
    vfs.inject({ faults: [{ on: 'sync', nth: 1, effect: 'lost' }] })
    file.write(Uint8Array.of(1), 0)
    file.sync(true)
    assert.deepEqual(await vfs.crash('none').directory('x').list(), [])
    file.sync(true)
    assert.deepEqual(bytesAfter(vfs, 'none'), [1])
  })

  test('syncLater() makes certain what was written before it, not after', async () => {
    const { vfs, file } = await openFaulty()
    file.write(Uint8Array.of(1), 0)
    const syncing = file.syncLater?.()
    file.write(Uint8Array.of(2), 1)
    assert.deepEqual(bytesAfter(vfs, 'none'), [])
    await syncing
    assert.deepEqual(bytesAfter(vfs, 'none'), [1])
    assert.deepEqual(bytesAfter(vfs, 'all'), [1, 2])
  })

  test('every prefix and every torn last write is a state', async () => {
    const { vfs, file } = await openFaulty()
    file.sync(true)
    file.write(Uint8Array.of(1, 1), 0)
    file.write(Uint8Array.of(2, 2), 2)
    file.truncate(3)
    const states = [...vfs.crashStates()].map(({ pattern, vfs: found }) => [pattern, read(found)])
    assert.deepEqual(states, [
      ['none', []],
      ['all', [1, 1, 2]],
      [{ prefix: 1 }, [1, 1]],
      [{ prefix: 2 }, [1, 1, 2, 2]],
      [{ torn: 1 }, [1]],
      [{ torn: 2 }, [1, 1, 2]],
    ])
  })

  test('a sync of one file says nothing of another', async () => {
    const { vfs, directory, file } = await openFaulty()
    const other = open(directory, 'b')
    file.write(Uint8Array.of(1), 0)
    other.write(Uint8Array.of(2), 0)
    other.sync(true)
    assert.deepEqual(await vfs.crash('none').directory('x').list(), ['b'])
    assert.deepEqual(bytesAfter(vfs, { prefix: 2 }), [1])
  })

  test('a file renamed before its first sync is there but empty', async () => {
    const { vfs, directory, file } = await openFaulty()
    file.write(Uint8Array.of(1), 0)
    file.close()
    await directory.rename('a', 'b')
    assert.deepEqual(await vfs.crash('none').directory('x').list(), ['b'])
    assert.deepEqual(read(vfs.crash('none'), 'b'), [])
    assert.deepEqual(read(vfs.crash('all'), 'b'), [1])
  })

  test('a removed file stays removed in every state', async () => {
    const { vfs, directory, file } = await openFaulty()
    file.write(Uint8Array.of(1), 0)
    file.sync(true)
    file.truncate(0)
    file.close()
    await directory.remove('a')
    for (const { vfs: found } of vfs.crashStates([1, 2, 3])) {
      assert.deepEqual(await found.directory('x').list(), [])
    }
  })

  test('a seed gives the same state each time, and each sector some version it had', async () => {
    const { vfs, file } = await openFaulty()
    for (const value of [1, 2, 3]) {
      file.write(new Uint8Array(4096).fill(value), 0)
      if (value === 1) file.sync(true)
    }
    const seen = new Set<string>()
    for (let seed = 0; seed < 40; seed++) {
      const bytes = bytesAfter(vfs, { seed })
      assert.deepEqual(bytesAfter(vfs, { seed }), bytes)
      assert.equal(bytes.length, 4096)
      for (let at = 0; at < 4096; at += 512) {
        const sector = new Set(bytes.slice(at, at + 512))
        assert.equal(sector.size, 1)
        for (const value of sector) assert.ok(value >= 1 && value <= 3)
      }
      seen.add(bytes.join())
    }
    assert.ok(seen.size > 20)
  })

  test('a seeded state may have any size the file had', async () => {
    const { vfs, file } = await openFaulty()
    file.write(new Uint8Array(600).fill(1), 0)
    file.sync(true)
    file.truncate(0)
    file.write(new Uint8Array(1000).fill(2), 0)
    const sizes = new Set<number>()
    for (let seed = 0; seed < 40; seed++) sizes.add(bytesAfter(vfs, { seed }).length)
    assert.deepEqual([...sizes].sort(), [0, 1000, 600])
  })

  test('files that were there before belong to every state', async () => {
    const vfs = memory()
    open(vfs.directory('x'), 'old').write(Uint8Array.of(7), 0)
    const wrapped = faulty(vfs)
    const directory = wrapped.directory('x')
    await directory.lock(0)
    assert.deepEqual(read(wrapped.crash('none'), 'old'), [7])
    const file = open(directory, 'old')
    file.write(Uint8Array.of(8), 0)
    assert.deepEqual(read(wrapped.crash('none'), 'old'), [7])
    assert.deepEqual(read(wrapped.crash('all'), 'old'), [8])
  })

  test('a state is not changed by what happens later', async () => {
    const { vfs, file } = await openFaulty()
    file.write(Uint8Array.of(1), 0)
    file.sync(true)
    const found = vfs.crash('none')
    file.write(Uint8Array.of(2), 0)
    file.sync(true)
    assert.deepEqual(read(found), [1])
  })
})

async function openFaulty(): Promise<{ vfs: FaultyVfs; directory: VfsDirectory; file: VfsFile }> {
  const vfs = faulty(memory())
  const directory = vfs.directory('x')
  await directory.lock(0)
  return { vfs, directory, file: open(directory, 'a') }
}

function open(directory: VfsDirectory, name: string): VfsFile {
  const file = directory.open(name, { create: true })
  assert.ok(file)
  return file
}

function bytesAfter(vfs: FaultyVfs, pattern: Parameters<FaultyVfs['crash']>[0]): number[] {
  return read(vfs.crash(pattern))
}

/** The bytes of a file; none when it is missing. */
function read(vfs: Vfs, name = 'a'): number[] {
  const file = vfs.directory('x').open(name, { create: false })
  return file === null ? [] : bytesOf(file)
}

function bytesOf(file: VfsFile): number[] {
  const bytes = new Uint8Array(file.size())
  file.read(bytes, 0)
  return [...bytes]
}
