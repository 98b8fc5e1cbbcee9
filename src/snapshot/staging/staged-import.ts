/**
 * An import by way of a database of its own: so that one that is interrupted goes on where it was, and one that replaces another
 * database does not touch it before all has arrived and was tried.
 */
import { factsOf, IDBErrorCause } from '../../base/error-cause.ts'
import { isA, memberOf } from '../../base/thrown.ts'
import { domException, exceptionNameOf, reasonOf } from '../../errors.ts'
import type { DatabaseDescription } from '../header.ts'
import type { Imported, ImportOptions } from '../import-options.ts'
import { ofDatabase } from '../of-database.ts'
import type { ImportedBatch } from '../read-export.ts'
import { Staging } from './staging.ts'
import { deleteExisting, refuseTaken, writeDatabase, type Written } from '../write-database.ts'

/** How it is put by. */
export interface FillOptions {
  /** How many lines or records are there already. */
  readonly known: number
  readonly signal: AbortSignal | undefined
  readonly staged: (records: number, bytes: number) => void
}

/** What is imported. */
export interface Incoming<Content> {
  readonly description: DatabaseDescription
  /** Another file has another one. */
  readonly identity: string
  /** Puts by what is not there yet. */
  fill(staging: Staging<Content>, options: FillOptions): Promise<void>
  /** Reads what was put by. */
  read(staging: Staging<Content>): Promise<Written>
}

/** Imports it. */
export async function importStaged<Content>(
  incoming: Incoming<Content>,
  options: ImportOptions,
): Promise<Imported> {
  const { indexedDB, replace = false } = options
  const name = options.name ?? incoming.description.name
  if (!replace) await refuseTaken(indexedDB, name)
  const staging = await Staging.open<Content>(indexedDB, name)
  const work = new StagedImport(incoming, staging, { ...options, name })
  let imported: Imported
  try {
    await work.putBy()
    if (replace) await work.clearTheWay()
    imported = await work.store()
  } catch (error) {
    throw await work.giveUp(error)
  }
  await staging.remove()
  return imported
}

class StagedImport<Content> {
  readonly #incoming: Incoming<Content>
  readonly #staging: Staging<Content>
  readonly #options: ImportOptions & { readonly name: string }
  readonly #total: number | null

  constructor(
    incoming: Incoming<Content>,
    staging: Staging<Content>,
    options: ImportOptions & { readonly name: string },
  ) {
    this.#incoming = incoming
    this.#staging = staging
    this.#options = options
    this.#total = totalOf(incoming.description)
  }

  async putBy(): Promise<void> {
    const { name, resume = false, signal, onProgress } = this.#options
    const known = await this.#staging.begin(this.#incoming.identity, name, { resume })
    await this.#incoming.fill(this.#staging, {
      known,
      signal,
      staged: (records, bytes) =>
        onProgress?.({ phase: 'staged', records, total: this.#total, bytes }),
    })
  }

  /** Deletes the database that is replaced, when all that can fail has been tried in another one. */
  async clearTheWay(): Promise<void> {
    const { indexedDB, name, signal, onBlocked } = this.#options
    await this.#staging.withTrial(async (trial) => {
      await this.#write(trial, 'tried', signal)
    })
    signal?.throwIfAborted()
    await this.#staging.markReplacing()
    await deleteExisting(indexedDB, name, { signal, onBlocked })
  }

  /** A signal is not obeyed where there is no old database any more. */
  async store(): Promise<Imported> {
    const { name, signal } = this.#options
    const heard = this.#staging.isReplacing ? undefined : signal
    const records = await this.#write(name, 'stored', heard)
    return { name, version: this.#incoming.description.version, records }
  }

  /** Makes a database of what was put by. Gives the number of its records. */
  async #write(
    name: string,
    phase: 'tried' | 'stored',
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { indexedDB, onProgress } = this.#options
    const total = this.#total
    let records = 0
    const stored = (batch: ImportedBatch): void => {
      records += batch.records.length
      onProgress?.({ phase, records, total, bytes: batch.bytes })
    }
    const written = await this.#incoming.read(this.#staging)
    await writeDatabase(indexedDB, name, written, { signal, stored })
    return records
  }

  /** What is to be thrown. What may be all that there is stays, and what another call goes on from. */
  async giveUp(error: unknown): Promise<unknown> {
    const { name, resume = false } = this.#options
    if (!this.#staging.isReplacing && (!resume || isUseless(error))) {
      // Why the import has failed says more than why what it leaves cannot be removed.
      await this.#staging.remove().catch(() => undefined)
      return ofDatabase(error, name)
    }
    this.#staging.leave()
    return this.#staging.isReplacing
      ? waiting(error, this.#staging.name, name)
      : ofDatabase(error, name)
  }
}

/** The number of records; null where a store does not say. */
export function totalOf({ stores }: DatabaseDescription): number | null {
  return stores.reduce<number | null>(
    (all, { count }) => (all === null || count === undefined ? null : all + count),
    0,
  )
}

/** Whether the file would fail there each time: it is damaged, or no database can have its records. */
function isUseless(error: unknown): boolean {
  const code = memberOf(memberOf(error, 'cause'), 'code')
  if (code === 'ERR_IDB_CUT_FILE') return false
  const name = exceptionNameOf(memberOf(error, 'name'))
  return name !== undefined && uselessNames.has(name)
}

const uselessNames = new Set(['ConstraintError', 'DataError', 'InvalidAccessError', 'SyntaxError'])

/** The error that says where the records are. */
function waiting(error: unknown, staging: string, name: string): unknown {
  const message = `${reasonOf(error) ?? 'The import has failed'}; all that is to be in "${name}" is in the database "${staging}", and the same call with the option resume goes on from there`
  const known = exceptionNameOf(memberOf(error, 'name'))
  const cause = memberOf(error, 'cause')
  return known
    ? domException(known, message, isA(cause, IDBErrorCause) ? factsOf(cause) : null)
    : new Error(message, { cause: error })
}
