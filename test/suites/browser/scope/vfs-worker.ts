/** A dedicated worker that runs the conformance suite of the VFS, and what is particular to OPFS. */
import { VfsError } from '../../../../src/files/vfs.ts'
import { opfs } from '../../../../vfs/opfs.ts'
import { vfsConformance } from '../../../../src/testing/vfs-conformance.ts'
import { assert } from './assert.ts'
import { Suite } from './suite.ts'

const suite = new Suite()
let count = 0
const newPath = (): string => `conformance/${count++}/databases`

vfsConformance({ test: suite.test, assert }, () => ({ vfs: opfs(), path: newPath() }))

suite.test('files carry their real names and bytes', async () => {
  const path = newPath()
  const directory = opfs().directory(path)
  await directory.lock(0)
  await directory.prepare(['a.sqlite'])
  directory.open('a.sqlite', { create: true })?.write(Uint8Array.of(1, 2, 3), 0)
  await directory.close()
  const file = await (await (await directoryHandle(path)).getFileHandle('a.sqlite')).getFile()
  assert.deepEqual(new Uint8Array(await file.arrayBuffer()), Uint8Array.of(1, 2, 3))
})

suite.test('a file prepared but never created leaves nothing behind', async () => {
  const path = newPath()
  const directory = opfs().directory(path)
  await directory.lock(0)
  await directory.prepare(['a', 'b'])
  directory.open('a', { create: true })?.close()
  await directory.close()
  await directory.lock(0)
  assert.deepEqual(await directory.list(), ['a'])
  await directory.close()
})

suite.test(
  'more files can be prepared than are kept ready, and all can be opened again',
  async () => {
    const directory = opfs().directory(newPath())
    await directory.lock(0)
    const names = Array.from({ length: 120 }, (_, i) => `file-${i}`)
    for (const [i, name] of names.entries()) {
      await directory.prepare([name, `${name}-wal`])
      const file = directory.open(name, { create: true })
      file?.write(Uint8Array.of(i), 0)
      file?.close()
    }
    assert.deepEqual((await directory.list()).sort(), names.sort())
    await directory.prepare(['file-0'])
    assert.equal(directory.open('file-0', { create: false })?.size(), 1)
    await directory.close()
  },
)

suite.test('a file that was not prepared is refused by name', async () => {
  const directory = opfs().directory(newPath())
  await directory.lock(0)
  assert.throws(
    () => directory.open('a', { create: true }),
    (error) => error instanceof VfsError && error.message.includes('"a"'),
  )
  await directory.close()
})

suite.test('two spellings of a path are one directory, none leads above the root', async () => {
  const [one, other] = ['x/./y//z', '../x/y/w/../z'].map((path) => opfs().directory(path))
  assert.equal(one?.identity, other?.identity)
})

async function directoryHandle(path: string): Promise<FileSystemDirectoryHandle> {
  let directory = await navigator.storage.getDirectory()
  for (const name of path.split('/')) directory = await directory.getDirectoryHandle(name)
  return directory
}

postMessage(await suite.run())
