/** What the suite asks of a directory. */
import { openFile, writeFile, readFile, readBytes, pattern, hasCode } from './contents.ts'
import type { InDirectory, TestTools } from './tools.ts'

/** Names in a directory, and the files under them. */
export function directoryTests({ assert }: TestTools, inDirectory: InDirectory): void {
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
