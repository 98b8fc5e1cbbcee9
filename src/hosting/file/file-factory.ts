/** A factory on the copy of one database file that comes from elsewhere. */
import type { ClosableIDBFactory } from '../../api/global/interfaces.ts'
import { isA } from '../../base/thrown.ts'
import { fileError } from '../../files/file-error.ts'
import type { VfsDirectory } from '../../files/vfs.ts'
import { identifyFile } from '../../sqlite/directory.ts'
import { fileNameOf } from '../../sqlite/file-name.ts'
import { close, compose } from '../composition.ts'
import { ThreadEngine } from '../engine/thread-engine.ts'
import type { Platform } from '../platform.ts'
import type { ScratchDirectory } from './scratch-directory.ts'
import { exceptionOf, failureOf, type FailurePlace, StorageError } from '../../errors.ts'

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
 *
 * @throws UnknownError whose code says what is wrong with the file; QuotaExceededError where there is no room for the copy; what the
 *   source of the pieces throws
 */
export async function openFile(
  pieces: AsyncIterable<Uint8Array>,
  platform: Platform,
): Promise<FileFactory> {
  const scratch = await platform.scratch().catch((error: unknown) => {
    const failure = fileError(copyLabel, 'making a directory for it', error)
    throw exceptionOf(failureOf(failure))
  })
  const thrown = new Set<unknown>()
  try {
    const { vfs, path } = scratch
    const found = await placeFile(noted(pieces, thrown), scratch, new ThreadEngine(platform))
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
    throw thrown.has(error) ? error : exceptionOf(failureOf(error, placeOf(error, scratch)))
  }
}

/** The pieces; what their source throws is noted, as it is no failure of the copy. */
async function* noted(
  pieces: AsyncIterable<Uint8Array>,
  thrown: Set<unknown>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
  } catch (error) {
    thrown.add(error)
    throw error
  }
}

/** The place of the copy, where that has failed: of what is wrong with the file itself it says nothing. */
function placeOf(error: unknown, { path }: ScratchDirectory): FailurePlace {
  const isOfPlace = isA(error, StorageError) && (error.code === 'full' || error.code === 'io')
  return isOfPlace ? { path } : {}
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

/** What errors call it. */
const copyLabel = 'The copy of the file'

/** Puts the file into the directory, under the name that it has as a database there. */
async function placeFile(
  pieces: AsyncIterable<Uint8Array>,
  { vfs, path }: ScratchDirectory,
  engine: ThreadEngine,
): Promise<{ name: string; version: number; bytes: number }> {
  const directory = vfs.directory(path)
  const failure = (action: string) => (error: unknown) => {
    throw fileError(`${copyLabel} in directory "${path}"`, action, error)
  }
  await directory.lock(0).catch(failure('taking the directory'))
  try {
    const bytes = await write(directory, pieces, failure('writing it'))
    const place = { directory, isPersistent: vfs.isPersistent, quota: null }
    const file = { fileName: arrivalName, label: 'The backup' }
    const identity = await identifyFile(await engine.acquire(), place, file)
    engine.release()
    if (!identity || identity.version === 0) throw new StorageError('foreign', 'The file is empty')
    await directory.rename(arrivalName, fileNameOf(identity.name)).catch(failure('renaming it'))
    return { ...identity, bytes }
  } finally {
    await directory.close()
  }
}

async function write(
  directory: VfsDirectory,
  pieces: AsyncIterable<Uint8Array>,
  fail: (error: unknown) => never,
): Promise<number> {
  await directory.prepare([arrivalName]).catch(fail)
  const file = orFail(() => directory.open(arrivalName, { create: true }), fail)
  if (!file) throw new Error('unreachable: a created file is missing')
  let bytes = 0
  try {
    for await (const piece of pieces) {
      orFail(() => file.write(piece, bytes), fail)
      bytes += piece.length
    }
  } finally {
    orFail(() => file.close(), fail)
  }
  return bytes
}

function orFail<Result>(call: () => Result, fail: (error: unknown) => never): Result {
  try {
    return call()
  } catch (error) {
    return fail(error)
  }
}
