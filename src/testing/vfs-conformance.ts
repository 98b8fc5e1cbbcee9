/** The suite that every VFS has to pass. */
import type { VfsDirectory, VfsFile } from '../files/vfs.ts'
import { openFile } from './vfs-conformance/contents.ts'
import { directoryTests } from './vfs-conformance/directories.ts'
import { fileTests } from './vfs-conformance/files.ts'
import { meetingTests } from './vfs-conformance/meetings.ts'
import { ownershipTests } from './vfs-conformance/ownership.ts'
import type { TestTools, VfsUnderTest } from './vfs-conformance/tools.ts'

export type { TestTools, VfsUnderTest } from './vfs-conformance/tools.ts'

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
  meetingTests(tools, makeVfs)
}
