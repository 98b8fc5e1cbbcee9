/** A factory on the copy of one database file that comes from elsewhere. */
import type { ClosableIDBFactory } from '../../api/global/interfaces.ts'
import type { VfsDirectory } from '../../files/vfs.ts'
import { identifyFile } from '../../sqlite/directory.ts'
import { fileNameOf } from '../../sqlite/file-name.ts'
import { close, compose } from '../composition.ts'
import { ThreadEngine } from '../engine/thread-engine.ts'
import type { Platform } from '../platform.ts'
import type { ScratchDirectory } from './scratch-directory.ts'
import { exceptionOf, failureOf, StorageError } from '../../errors.ts'

/** What is in the file. */
export interface FileFactory {
  /** Its one database is a copy: nothing that is done there reaches the file. */
  readonly indexedDB: ClosableIDBFactory
  readonly name: string
  readonly version: number
  /** How long the file is. */
  readonly bytes: number
  close(): Promise<void>
}

/**
 * Copies the file, checks it, and opens it.
 * @throws UnknownError whose code says what is wrong with the file
 */
export async function openFile(
  pieces: AsyncIterable<Uint8Array>,
  platform: Platform,
): Promise<FileFactory> {
  const scratch = await platform.scratch()
  try {
    const { vfs, path } = scratch
    const found = await placeFile(pieces, scratch, new ThreadEngine(() => platform.loadWasm()))
    const indexedDB = compose(platform).createIndexedDB({
      vfs,
      path,
      worker: false,
      ifLocked: 'throw',
      integrityCheck: 'always',
    })
    const end = async (): Promise<void> => {
      try {
        await close(indexedDB)
      } finally {
        await scratch.remove()
      }
    }
    await own(indexedDB, end)
    return { indexedDB, ...found, close: end }
  } catch (error) {
    await scratch.remove()
    throw exceptionOf(failureOf(error))
  }
}

/** Has the factory own its directory before its first use: a copy that no one has is taken for one that was left behind. */
async function own(factory: ClosableIDBFactory, end: () => Promise<void>): Promise<void> {
  try {
    await factory.databases()
  } catch (error) {
    await end()
    throw error
  }
}

const arrivalName = 'arrival.sqlite'

/** Puts the file into the directory, under the name that it has as a database there. */
async function placeFile(
  pieces: AsyncIterable<Uint8Array>,
  { vfs, path }: ScratchDirectory,
  engine: ThreadEngine,
): Promise<{ name: string; version: number; bytes: number }> {
  const directory = vfs.directory(path)
  await directory.lock(0)
  try {
    const bytes = await write(directory, pieces)
    const place = { directory, isPersistent: vfs.isPersistent, quota: null }
    const file = { fileName: arrivalName, label: 'The backup' }
    const identity = await identifyFile(await engine.acquire(), place, file)
    engine.release()
    if (!identity || identity.version === 0) throw new StorageError('foreign', 'The file is empty')
    await directory.rename(arrivalName, fileNameOf(identity.name))
    return { ...identity, bytes }
  } finally {
    await directory.close()
  }
}

async function write(directory: VfsDirectory, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  await directory.prepare([arrivalName])
  const file = directory.open(arrivalName, { create: true })
  if (!file) throw new Error('unreachable: a created file is missing')
  let bytes = 0
  try {
    for await (const piece of pieces) {
      file.write(piece, bytes)
      bytes += piece.length
    }
  } finally {
    file.close()
  }
  return bytes
}
