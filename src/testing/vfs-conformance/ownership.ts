/** What the suite asks of the ownership of a directory. */
import { writeFile, readFile, pattern, isLocked } from './contents.ts'
import type { TestTools, VfsUnderTest } from './tools.ts'

/** Who owns a directory, and how it is given up. */
export function ownershipTests(
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
