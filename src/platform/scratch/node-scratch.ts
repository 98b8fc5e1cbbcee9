/** Directories for copies that are needed for a while, among the system's temporary files. */
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { nodeFs } from '../../../vfs/node.ts'
import type { ScratchDirectory } from '../../hosting/file/scratch-directory.ts'

const prefix = 'idb-everywhere-scratch-'

/** How long ago a directory was changed that no one is about to lock: that is done within a moment of its making. */
const settledMs = 60_000

/** Makes one. Those that killed processes have left are removed before. */
export async function makeScratch(): Promise<ScratchDirectory> {
  await removeRemains(tmpdir())
  const path = await mkdtemp(join(tmpdir(), prefix))
  return { vfs: nodeFs(), path, remove: () => remove(path) }
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true })
}

async function removeRemains(parent: string): Promise<void> {
  // Where they cannot be listed, making one says why.
  const names = await readdir(parent).catch(() => [])
  for (const name of names.filter((it) => it.startsWith(prefix))) {
    // Another has it, or removes it now: it is not what this call is for.
    await removeUnlessUsed(join(parent, name)).catch(() => undefined)
  }
}

/** @throws DirectoryLockedError where it is in use */
async function removeUnlessUsed(path: string): Promise<void> {
  const found = await lstat(path)
  const isOfThisUser = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid)
  if (!isOfThisUser || Date.now() - found.mtimeMs < settledMs) return
  const directory = nodeFs().directory(path)
  await directory.lock(0)
  await directory.close()
  await remove(path)
}
