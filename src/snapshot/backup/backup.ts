import {
  aFunction,
  anObject,
  aSignal,
  aText,
  checkArguments,
  type Kind,
  optional,
} from '../../arguments/check-arguments.ts'
import { connectionOf } from '../../api/IDBDatabase.ts'
import { IDBFactory } from '../../api/global/interfaces.ts'
import { isA } from '../../base/thrown.ts'
import { openExisting } from '../read-database.ts'
import { CopyReader } from './copy-reader.ts'

/** How far a backup is. */
export interface BackupProgress {
  /** Bytes so far. */
  readonly bytes: number
  /** Of how many. */
  readonly total: number
}

export interface BackupOptions {
  readonly signal?: AbortSignal | undefined
  /** Told after each piece. */
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined
}

/**
 * Copies a database, as it is when the transactions before have ended, as one SQLite file; `importDatabase()` makes a database of it
 * again. Whatever is committed while the copy is read waits for nothing and does not get into it. It takes the memory of one piece, but
 * for a database that is in memory itself: then that of all of it.
 *
 * The stream fails with NotFoundError if there is no such database, with UnknownError where it cannot be copied now or any further, and
 * with the reason of `signal`.
 *
 * @throws TypeError where `indexedDB` is no factory of this package
 */
export function backup(
  indexedDB: IDBFactory,
  name: string,
  options: BackupOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  checkBackup('backup()', { indexedDB, name, options })
  const pieces = copyOf(indexedDB, name, options)
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await pieces.return()
      },
    },
    { highWaterMark: 0 },
  )
}

/** The pieces of the copy, in order. */
export async function* copyOf(
  indexedDB: IDBFactory,
  name: string,
  { signal, onProgress }: BackupOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  signal?.throwIfAborted()
  const database = await openExisting(indexedDB, name)
  const reader = new CopyReader(signal)
  try {
    reader.read(connectionOf(database).host)
    let bytes = 0
    for (;;) {
      const piece = await reader.next()
      if (!piece) return
      bytes += piece.length
      yield piece
      signal?.throwIfAborted()
      onProgress?.({ bytes, total: reader.total })
    }
  } finally {
    reader.end()
    database.close()
  }
}

/** @throws TypeError for the factory of another IndexedDB, and for what is none */
export function checkBackup(
  of: string,
  given: { readonly indexedDB: unknown; readonly name: unknown; readonly options: BackupOptions },
): void {
  const { indexedDB, name, options } = given
  checkArguments(of, {
    indexedDB: [indexedDB, aFactoryOfOurs],
    name: [name, aText],
    options: [options, anObject],
    'options.signal': [options?.signal, optional(aSignal)],
    'options.onProgress': [options?.onProgress, optional(aFunction)],
  })
}

const aFactoryOfOurs: Kind = [
  (value) => isA(value, IDBFactory as unknown as new () => object), // The class behind the name.
  'a factory that createIndexedDB() or install() of this copy of idb-everywhere has returned',
  () => '; exportDatabase() takes any other, too',
]
