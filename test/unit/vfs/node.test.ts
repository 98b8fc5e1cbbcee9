import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { DirectoryLockedError, VfsError, type VfsFile } from '../../../src/files/vfs.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { vfsConformance } from '../../../src/testing/vfs-conformance.ts'

describe('the node VFS', () => {
  const root = fs.mkdtempSync(join(os.tmpdir(), 'node-vfs-'))
  let count = 0
  const newPath = () => join(root, String(count++), 'databases')
  afterAll(() => fs.rmSync(root, { recursive: true }))

  vfsConformance({ test, assert }, () => ({ vfs: nodeFs(), path: newPath() }))

  test('identity resolves links, also of a directory that does not exist yet', async () => {
    const path = newPath()
    fs.mkdirSync(path, { recursive: true })
    fs.symlinkSync(path, join(root, 'link'))
    const linked = nodeFs().directory(join(root, 'link', 'deep', 'er'))
    const direct = nodeFs().directory(join(path, 'deep', '.', 'er'))
    assert.equal(linked.identity, direct.identity)
    await linked.lock(0)
    await assert.rejects(direct.lock(0), DirectoryLockedError)
    await linked.close()
  })

  test('a VFS that wraps it may spread its directories and files', async () => {
    const directory = { ...nodeFs().directory(newPath()) }
    await directory.lock(0)
    const file = directory.open('file', { create: true })
    assert.ok(file)
    const written: number[] = []
    const wrapped: VfsFile = {
      ...file,
      write(bytes, offset) {
        written.push(bytes.length)
        file.write(bytes, offset)
      },
    }
    wrapped.write(new Uint8Array([1, 2, 3]), 0)
    wrapped.sync(true)
    await wrapped.syncLater?.()
    const read = new Uint8Array(8)
    assert.equal(wrapped.read(read, 0), 3)
    assert.equal(wrapped.isLinked?.(), true)
    wrapped.truncate(1)
    assert.equal(wrapped.size(), 1)
    wrapped.close()
    assert.deepEqual(written, [3])
    await directory.close()
  })

  test('directory() touches nothing', () => {
    const path = newPath()
    nodeFs().directory(path)
    assert.equal(fs.existsSync(path), false)
  })

  test('a path that leads through a file is refused by name', async () => {
    const file = join(root, 'file')
    fs.writeFileSync(file, '')
    for (const path of [file, join(file, 'below')]) {
      await assert.rejects(nodeFs().directory(path).lock(0), (error) => {
        assert.ok(error instanceof VfsError)
        assert.ok(error.message.includes(`"${path}"`) && error.message.includes('is a file'))
        return true
      })
    }
  })

  // The superuser may write anywhere.
  test.skipIf(process.getuid?.() === 0)('a read-only directory is refused by name', async () => {
    const path = newPath()
    fs.mkdirSync(path, { recursive: true, mode: 0o500 })
    await assert.rejects(nodeFs().directory(path).lock(0), { code: 'EACCES' })
  })

  test.skipIf(process.platform === 'win32').each<[kind: string, make: (path: string) => void]>([
    ['symbolic link', (path) => fs.symlinkSync(join(root, 'victim'), path)],
    ['pipe', (path) => void execFileSync('mkfifo', [path])],
    ['directory', (path) => fs.mkdirSync(path)],
  ])('a %s in the place of a file is refused by name, and left as it is', async (kind, make) => {
    fs.writeFileSync(join(root, 'victim'), 'not of this directory')
    const path = newPath()
    const directory = nodeFs().directory(path)
    await directory.lock(0)
    make(join(path, 'a'))
    for (const create of [false, true]) {
      assert.throws(
        () => directory.open('a', { create }),
        (error) =>
          error instanceof VfsError && error.message.includes(`a" is in the way: it is a ${kind}`),
      )
    }
    await directory.close()
    assert.equal(fs.readFileSync(join(root, 'victim'), 'utf8'), 'not of this directory')
  })

  test('isLinked() turns false when the file is deleted or replaced from outside', async () => {
    const path = newPath()
    const directory = nodeFs().directory(path)
    await directory.lock(0)
    const file = directory.open('a', { create: true })
    assert.equal(file?.isLinked?.(), true)
    fs.rmSync(join(path, 'a'))
    assert.equal(file?.isLinked?.(), false)
    fs.writeFileSync(join(path, 'a'), '')
    assert.equal(file?.isLinked?.(), false)
    file?.close()
    await directory.close()
  })

  describe('once the directory is not the one that was locked', () => {
    const replacements: Record<string, (path: string) => void> = {
      'moved away': (path) => fs.renameSync(path, `${path}-away`),
      deleted: (path) => fs.rmSync(path, { recursive: true }),
      'deleted, with another in its place': (path) => {
        fs.rmSync(path, { recursive: true })
        fs.mkdirSync(path)
        fs.writeFileSync(join(path, 'a'), 'another file')
      },
      'moved away, with another in its place': (path) => {
        fs.renameSync(path, `${path}-away`)
        fs.mkdirSync(path)
        fs.writeFileSync(join(path, 'a'), 'another file')
      },
      'moved away, with a link to another in its place': (path) => {
        fs.renameSync(path, `${path}-away`)
        fs.mkdirSync(`${path}-other`)
        fs.symlinkSync(`${path}-other`, path)
      },
      'moved away, with a file in its place': (path) => {
        fs.renameSync(path, `${path}-away`)
        fs.writeFileSync(path, '')
      },
    }
    const lost = (path: string) => (error: unknown) => {
      assert.ok(error instanceof VfsError)
      assert.equal(error.code, 'ESTALE')
      assert.match(error.message, /put (?:it|that one) back, or call close\(factory\) and open/)
      assert.ok(error.message.includes(`"${path}"`))
      return true
    }

    test.each(Object.entries(replacements))(
      '(%s) whatever would name a file in it fails with ESTALE, and nothing is made',
      async (_, replace) => {
        const path = newPath()
        const directory = nodeFs().directory(path)
        await directory.lock(0)
        directory.open('a', { create: true })?.close()
        directory.verify?.()
        replace(path)
        const left = fs.existsSync(path) ? fs.statSync(path).ino : null
        const isLost = lost(path)
        assert.throws(() => directory.verify?.(), isLost)
        assert.throws(() => directory.open('a', { create: false }), isLost)
        assert.throws(() => directory.open('b', { create: true }), isLost)
        await assert.rejects(directory.list(), isLost)
        await assert.rejects(directory.rename('a', 'c'), isLost)
        await assert.rejects(directory.remove('a'), isLost)
        await directory.close()
        assert.equal(fs.existsSync(path) ? fs.statSync(path).ino : null, left)
        if (left !== null && fs.statSync(path).isDirectory()) {
          assert.ok(fs.readdirSync(path).every((name) => name === 'a'))
        }
      },
    )

    test('and put back again, all goes on', async () => {
      const path = newPath()
      const directory = nodeFs().directory(path)
      await directory.lock(0)
      fs.renameSync(path, `${path}-away`)
      assert.throws(() => directory.verify?.(), lost(path))
      fs.renameSync(`${path}-away`, path)
      directory.verify?.()
      directory.open('a', { create: true })?.close()
      await directory.close()
    })

    test('lock() takes what is there now', async () => {
      const path = newPath()
      const directory = nodeFs().directory(path)
      await directory.lock(0)
      fs.renameSync(path, `${path}-away`)
      await directory.close()
      await directory.lock(0)
      directory.open('a', { create: true })?.close()
      assert.deepEqual(await directory.list(), ['a'])
      await directory.close()
    })
  })

  test('a failing call passes the code of Node on', async () => {
    const path = newPath()
    const directory = nodeFs().directory(path)
    await directory.lock(0)
    await assert.rejects(directory.rename('missing', 'b'), { code: 'ENOENT' })
    await directory.close()
  })

  test('close() of a file waits for its syncLater() to end', async () => {
    const directory = nodeFs().directory(newPath())
    await directory.lock(0)
    const file = directory.open('a', { create: true })
    file?.write(new Uint8Array(100_000), 0)
    const syncing = file?.syncLater?.()
    file?.close()
    const descriptorTaken = directory.open('b', { create: true })
    await syncing
    descriptorTaken?.write(Uint8Array.of(1), 0)
    assert.equal(descriptorTaken?.size(), 1)
    descriptorTaken?.close()
    await directory.close()
  })

  test('the files of the ownership are not listed and cannot be opened', async () => {
    const directory = nodeFs().directory(newPath())
    await directory.lock(0)
    assert.deepEqual(await directory.list(), [])
    assert.throws(() => directory.open('owner.json', { create: true }), { code: 'EINVAL' })
    assert.throws(() => directory.open('.lock.sqlite', { create: true }), { code: 'EINVAL' })
    await directory.close()
  })
})
