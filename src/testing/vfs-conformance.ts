import { DirectoryLockedError } from '../files/vfs.ts'
import type { Vfs, VfsDirectory, VfsFile } from '../files/vfs.ts'

/** What the suite needs of a test framework; `vitest`, `node:test`, `bun:test` and `Deno.test` all have it. */
export interface TestTools {
  test(title: string, body: () => Promise<void>): unknown
  /** Such as `node:assert/strict`. */
  readonly assert: {
    equal(actual: unknown, expected: unknown, message?: string): void
    deepEqual(actual: unknown, expected: unknown, message?: string): void
    ok(value: unknown, message?: string): void
    throws(body: () => unknown, check: (error: unknown) => boolean): void
    rejects(promise: Promise<unknown>, check: (error: unknown) => boolean): Promise<void>
  }
}

/** A VFS to be tested and an empty directory in it that has no owner; a new one for each test. */
export interface VfsUnderTest {
  readonly vfs: Vfs
  readonly path: string
}

/**
 * Checks a VFS against every sentence of the contract in `vfs.ts`. `makeVfs` is called once per test; the caller of this
 * function removes what it sets up.
 */
export function vfsConformance(
  tools: TestTools,
  makeVfs: () => VfsUnderTest | Promise<VfsUnderTest>,
): void {
  /** A test within a directory that is locked before and closed after. */
  const inDirectory = (title: string, body: (directory: VfsDirectory) => void | Promise<void>) =>
    tools.test(title, async () => {
      const { vfs, path } = await makeVfs()
      const directory = vfs.directory(path)
      await directory.lock(0)
      try {
        await body(directory)
      } finally {
        await directory.close()
      }
    })
  /** A test with a new file. */
  const withFile = (title: string, body: (file: VfsFile) => void | Promise<void>) =>
    inDirectory(title, async (directory) => {
      const file = await openFile(directory, 'file')
      try {
        await body(file)
      } finally {
        file.close()
      }
    })

  fileTests(tools, withFile)
  directoryTests(tools, inDirectory)
  ownershipTests(tools, makeVfs)
}

type WithFile = (title: string, body: (file: VfsFile) => void | Promise<void>) => void
type InDirectory = (title: string, body: (directory: VfsDirectory) => void | Promise<void>) => void

function fileTests({ assert }: TestTools, withFile: WithFile): void {
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

function directoryTests({ assert }: TestTools, inDirectory: InDirectory): void {
  inDirectory('a new directory lists nothing', async (directory) => {
    assert.deepEqual(await directory.list(), [])
  })

  inDirectory('list() names all files', async (directory) => {
    const names = ['a', 'B.sqlite', 'c-d_e.9', 'x'.repeat(100)]
    for (const name of names) (await openFile(directory, name)).close()
    assert.deepEqual((await directory.list()).sort(), names.sort())
  })

  inDirectory('open() of a missing file without create returns null', async (directory) => {
    await directory.prepare(['missing'])
    assert.equal(directory.open('missing', { create: false }), null)
    assert.deepEqual(await directory.list(), [])
  })

  inDirectory('a file keeps its bytes when closed and opened again', async (directory) => {
    await writeFile(directory, 'a', pattern(10_000, 4))
    for (const create of [false, true]) {
      await directory.prepare(['a'])
      const file = directory.open('a', { create })
      assert.equal(file?.size(), 10_000)
      assert.deepEqual(file && readBytes(file, 0, 10_000), pattern(10_000, 4))
      file?.close()
    }
  })

  inDirectory('open files do not disturb each other', async (directory) => {
    const one = await openFile(directory, 'one')
    const other = await openFile(directory, 'other')
    one.write(pattern(5000, 1), 0)
    other.write(pattern(5000, 2), 0)
    one.truncate(10)
    assert.deepEqual(readBytes(other, 0, 5000), pattern(5000, 2))
    assert.deepEqual(readBytes(one, 0, 10), pattern(5000, 1).slice(0, 10))
    one.close()
    other.close()
  })

  inDirectory('rename() gives a file another name', async (directory) => {
    await writeFile(directory, 'from', pattern(5000, 1))
    await directory.rename('from', 'to')
    assert.deepEqual(await directory.list(), ['to'])
    assert.deepEqual(await readFile(directory, 'to'), pattern(5000, 1))
  })

  inDirectory('rename() replaces a file of the new name', async (directory) => {
    await writeFile(directory, 'from', pattern(5000, 1))
    await writeFile(directory, 'to', pattern(9000, 2))
    await directory.rename('from', 'to')
    assert.deepEqual(await directory.list(), ['to'])
    assert.deepEqual(await readFile(directory, 'to'), pattern(5000, 1))
  })

  inDirectory('rename() of a missing file rejects with a code', async (directory) => {
    await assert.rejects(directory.rename('missing', 'to'), hasCode)
    assert.deepEqual(await directory.list(), [])
  })

  inDirectory('remove() deletes the file', async (directory) => {
    await writeFile(directory, 'a', pattern(100, 1))
    await directory.remove('a')
    assert.deepEqual(await directory.list(), [])
    await directory.prepare(['a'])
    assert.equal(directory.open('a', { create: false }), null)
    assert.equal((await readFile(directory, 'a')).length, 0)
  })

  inDirectory('remove() of a missing file is no error', async (directory) => {
    await directory.remove('missing')
    assert.deepEqual(await directory.list(), [])
  })

  inDirectory(
    'verify() and verifyLater() let a directory pass that is in its place',
    async (directory) => {
      await writeFile(directory, 'a', pattern(100, 1))
      directory.verify?.()
      await directory.verifyLater?.()
      directory.verify?.()
    },
  )

  inDirectory('a file name outside the contract is refused with a code', (directory) => {
    for (const name of [
      '',
      '.',
      '..',
      '../../test',
      '../a',
      'a/b',
      'a\\b',
      'a\0',
      'ä',
      'x'.repeat(101),
    ]) {
      assert.throws(() => directory.open(name, { create: true }), hasCode)
    }
  })
}

function ownershipTests(
  { test, assert }: TestTools,
  makeVfs: () => VfsUnderTest | Promise<VfsUnderTest>,
): void {
  test('identity is the same for the same path and known before lock()', async () => {
    const { vfs, path } = await makeVfs()
    const { identity } = vfs.directory(path)
    assert.equal(vfs.directory(path).identity, identity)
    const directory = vfs.directory(path)
    await directory.lock(0)
    assert.equal(directory.identity, identity)
    assert.equal(vfs.directory(path).identity, identity)
    await directory.close()
  })

  test('lock(0) of an owned directory rejects with DirectoryLockedError', async () => {
    const { vfs, path } = await makeVfs()
    const owner = vfs.directory(path)
    await owner.lock(0)
    await assert.rejects(vfs.directory(path).lock(0), isLocked)
    await assert.rejects(owner.lock(0), isLocked)
    await owner.close()
  })

  test('lock() gives up after waitMs', async () => {
    const { vfs, path } = await makeVfs()
    const owner = vfs.directory(path)
    await owner.lock(0)
    const start = performance.now()
    await assert.rejects(vfs.directory(path).lock(60), isLocked)
    assert.ok(performance.now() - start >= 55)
    await owner.close()
  })

  test('lock(Infinity) waits until the owner closes', async () => {
    const { vfs, path } = await makeVfs()
    const [owner, next] = [vfs.directory(path), vfs.directory(path)]
    await owner.lock(0)
    const order: string[] = []
    const waiting = next.lock(Infinity).then(() => order.push('next'))
    // Some turns of the event loop, in which a lock that does not exclude would be given.
    for (let turn = 0; turn < 3; turn++) await vfs.directory(path).lock(0).catch(isLocked)
    order.push('close')
    await Promise.all([owner.close(), waiting])
    assert.deepEqual(order, ['close', 'next'])
    await assert.rejects(owner.lock(0), isLocked)
    await next.close()
  })

  test('a directory can be owned again after close(), with the files it had', async () => {
    const { vfs, path } = await makeVfs()
    const directory = vfs.directory(path)
    await directory.lock(0)
    await writeFile(directory, 'a', pattern(5000, 8))
    await directory.close()
    for (const again of [directory, vfs.directory(path)]) {
      await again.lock(0)
      assert.deepEqual(await again.list(), ['a'])
      assert.deepEqual(await readFile(again, 'a'), pattern(5000, 8))
      await again.close()
    }
  })

  test('close() by one who does not own the directory frees nothing', async () => {
    const { vfs, path } = await makeVfs()
    const [owner, other] = [vfs.directory(path), vfs.directory(path)]
    await owner.lock(0)
    await other.lock(0).catch(isLocked)
    await other.close()
    await assert.rejects(other.lock(0), isLocked)
    await owner.close()
  })

  test('of several who lock at once exactly one succeeds', async () => {
    const { vfs, path } = await makeVfs()
    const directories = Array.from({ length: 8 }, () => vfs.directory(path))
    const results = await Promise.allSettled(directories.map((directory) => directory.lock(0)))
    const refused = results.filter(({ status }) => status === 'rejected')
    assert.equal(refused.length, 7)
    for (const directory of directories) await directory.close()
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

async function openFile(directory: VfsDirectory, name: string): Promise<VfsFile> {
  await directory.prepare([name])
  const file = directory.open(name, { create: true })
  if (file === null) throw new Error(`open("${name}", { create: true }) returned null`)
  return file
}

async function writeFile(directory: VfsDirectory, name: string, bytes: Uint8Array): Promise<void> {
  const file = await openFile(directory, name)
  file.write(bytes, 0)
  file.sync(false)
  file.close()
}

/** The bytes of a file, which is made if it is missing. */
async function readFile(directory: VfsDirectory, name: string): Promise<Uint8Array> {
  const file = await openFile(directory, name)
  const bytes = readBytes(file, 0, file.size())
  file.close()
  return bytes
}

function readBytes(file: VfsFile, offset: number, length: number): Uint8Array {
  const into = new Uint8Array(length).fill(0xee)
  return into.slice(0, file.read(into, offset))
}

/** Bytes that differ from page to page and from seed to seed, and are never zero. */
function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => 1 + ((at * 7 + (at >> 8) * 13 + seed * 31) % 255))
}

function hasCode(error: unknown): boolean {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string'
}

function isLocked(error: unknown): boolean {
  if (error instanceof DirectoryLockedError && error.code === 'ELOCKED') return true
  throw error
}
