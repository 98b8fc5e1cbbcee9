/** What the suite asks of a file. */
import { readBytes, pattern } from './contents.ts'
import type { TestTools, WithFile } from './tools.ts'

/** Reading, writing, cutting and syncing one file. */
export function fileTests({ assert }: TestTools, withFile: WithFile): void {
  withFile('a new file is empty', (file) => {
    assert.equal(file.size(), 0)
    assert.equal(file.read(new Uint8Array(4), 0), 0)
  })

  withFile('read() returns what write() wrote, at any alignment', (file) => {
    for (const [offset, length] of alignments) {
      const bytes = pattern(length, offset)
      file.write(bytes, offset)
      assert.deepEqual(readBytes(file, offset, length), bytes, `${length} bytes at ${offset}`)
    }
  })

  withFile('write() leaves the bytes around it as they were', (file) => {
    const expected = pattern(20_000, 1)
    file.write(expected, 0)
    for (const [offset, length] of alignments) {
      const bytes = pattern(length, offset + 7)
      file.write(bytes, offset)
      expected.set(bytes, offset)
    }
    assert.deepEqual(readBytes(file, 0, 20_000), expected)
  })

  withFile('write() keeps no hold of the bytes', (file) => {
    const bytes = pattern(4096, 3)
    file.write(bytes, 0)
    bytes.fill(0)
    assert.deepEqual(readBytes(file, 0, 4096), pattern(4096, 3))
  })

  withFile('read() and write() take views into a larger buffer', (file) => {
    const heap = pattern(16_384, 5)
    file.write(heap.subarray(100, 5000), 0)
    const into = new Uint8Array(16_384).subarray(3000, 7900)
    assert.equal(file.read(into, 0), 4900)
    assert.deepEqual(into, pattern(16_384, 5).slice(100, 5000))
    assert.ok(new Uint8Array(into.buffer, 0, 3000).every((byte) => byte === 0))
  })

  withFile('read() over the end returns the bytes there are and touches no more', (file) => {
    file.write(pattern(5000, 1), 0)
    const into = new Uint8Array(4096).fill(9)
    assert.equal(file.read(into, 4096), 904)
    assert.deepEqual(into.slice(0, 904), pattern(5000, 1).slice(4096))
    assert.ok(into.subarray(904).every((byte) => byte === 9))
    assert.equal(file.read(into, 5000), 0)
    assert.equal(file.read(into, 1_000_000), 0)
  })

  withFile('a gap before a write reads as zeros', (file) => {
    file.write(pattern(10, 1), 0)
    file.write(pattern(10, 2), 3_000_000)
    assert.equal(file.size(), 3_000_010)
    assert.deepEqual(readBytes(file, 10, 9000), new Uint8Array(9000))
    assert.deepEqual(readBytes(file, 2_990_000, 10_000), new Uint8Array(10_000))
    assert.deepEqual(readBytes(file, 3_000_000, 10), pattern(10, 2))
  })

  withFile('writing no bytes changes nothing', (file) => {
    file.write(new Uint8Array(0), 5000)
    assert.equal(file.size(), 0)
  })

  withFile('size() follows writes and truncations', (file) => {
    file.write(pattern(100, 1), 50)
    assert.equal(file.size(), 150)
    file.write(pattern(10, 1), 0)
    assert.equal(file.size(), 150)
    file.truncate(20)
    assert.equal(file.size(), 20)
    file.truncate(9000)
    assert.equal(file.size(), 9000)
    file.truncate(0)
    assert.equal(file.size(), 0)
  })

  withFile('what truncate() cut off reads as zeros when the file grows again', (file) => {
    for (const size of [0, 1, 4095, 4096, 4097, 8192]) {
      file.write(pattern(12_288, size), 0)
      file.truncate(size)
      file.truncate(12_288)
      assert.deepEqual(readBytes(file, 0, size), pattern(12_288, size).slice(0, size))
      assert.deepEqual(readBytes(file, size, 12_288 - size), new Uint8Array(12_288 - size))
    }
  })

  withFile('a file can be larger than 4 MiB', (file) => {
    const page = pattern(4096, 9)
    for (let offset = 0; offset < 5 * 1024 * 1024; offset += 65_536) file.write(page, offset)
    file.truncate(4 * 1024 * 1024 + 100)
    assert.equal(file.size(), 4 * 1024 * 1024 + 100)
    assert.deepEqual(readBytes(file, 4 * 1024 * 1024 - 65_536, 4096), page)
  })

  withFile('sync() returns for data only and for all', (file) => {
    file.write(pattern(100, 1), 0)
    file.sync(true)
    file.sync(false)
    assert.deepEqual(readBytes(file, 0, 100), pattern(100, 1))
  })

  withFile('syncLater() fulfils, several at once, where there is one', async (file) => {
    file.write(pattern(100, 1), 0)
    const first = file.syncLater?.()
    file.write(pattern(100, 2), 100)
    await Promise.all([first, file.syncLater?.()])
    assert.deepEqual(readBytes(file, 100, 100), pattern(100, 2))
  })

  withFile('isLinked() is true for a file under its name', (file) => {
    assert.ok(file.isLinked?.() ?? true)
  })
}

/** Offset and length of reads and writes around page borders. */
const alignments = [
  [0, 4096],
  [4096, 4096],
  [8192, 1],
  [4000, 200],
  [32, 24],
  [56, 4096],
  [4095, 4098],
  [100, 12_000],
] as const
