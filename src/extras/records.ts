/** Async iteration over records. */
import {
  aDatabase,
  anObject,
  aSource,
  checkArguments,
  type Kind,
} from '../arguments/check-arguments.ts'
import { describeValue } from '../base/describe-value.ts'
import type { IDBDatabase } from '../api/global/interfaces.ts'
import { optionError } from '../errors.ts'
import {
  type Direction,
  type Query,
  type Source,
  storeOf,
  transactionOf,
} from '../requests/vocabulary.ts'
import { keepForLoop } from './kept-transactions.ts'
import { type FoundRecord, readBatch } from './read-batch.ts'
import { checkTimeLimit, TimeLimit } from './time-limit.ts'

/** A store or index of a database, by name: what no transaction has been made for. */
export interface NamedSource {
  readonly db: IDBDatabase
  readonly store: string
  /** Left out: the store itself. */
  readonly index?: string
}

/** How records are read. */
export interface RecordsOptions {
  /** The order; as of `openCursor()`. Default: `next`. */
  readonly direction?: Direction
  /** How many records are read at once. Default: 100. */
  readonly batch?: number
  /**
   * How long the loop may keep the transaction of a store or index alive, in milliseconds. Default: 10,000. In `withTransaction()` the
   * limit of that counts.
   */
  readonly timeLimit?: number
}

/**
 * The records in range, one by one, read in batches as they are taken: a slow reader makes the reading slow.
 *
 * Of a store or an index, all are read in its transaction, so that they are of one state; it is kept alive until the loop is over, and
 * all others in that transaction, while others that want to write wait. Of a `NamedSource`, each batch is read in a transaction of its
 * own: nothing waits for long, and what others commit meanwhile is seen where the loop has not been yet.
 *
 * @throws AbortError with the code ERR_IDB_TIME_LIMIT when the transaction is kept alive for longer than `timeLimit`
 */
export async function* records<Value = unknown>(
  source: Source | NamedSource,
  range: Query | null = null,
  options: RecordsOptions = {},
): AsyncGenerator<FoundRecord<Value>, void, undefined> {
  checkArguments('records()', { source: [source, aReadable], options: [options, anObject] })
  const { direction = 'next', batch = 100 } = options
  if (!Number.isInteger(batch) || batch < 1) {
    const got = describeValue(batch)
    throw optionError('batch', `Expected \`batch\` to be an integer above 0, got ${got}`)
  }
  const reading = 'db' in source ? readingBy(source) : readingIn(source, options)
  let after: FoundRecord | null = null
  try {
    for (;;) {
      const found: readonly FoundRecord[] = await reading.read((it) =>
        readBatch(it, { range, direction, limit: batch, after }),
      )
      yield* found as readonly FoundRecord<Value>[] // What is stored, the caller knows.
      if (found.length < batch) return
      after = found.at(-1) ?? null
    }
  } finally {
    reading.end()
  }
}

const aReadable: Kind = [
  (value) => aSource[0](value) || isNamedSource(value),
  'an object store, an index, or { db, store }',
]

function isNamedSource(value: unknown): boolean {
  const { db, store, index } = Object(value) as Partial<NamedSource>
  const isIndexNamed = index === undefined || typeof index === 'string'
  return aDatabase[0](db) && typeof store === 'string' && isIndexNamed
}

type Read = (source: Source) => Promise<readonly FoundRecord[]>

/** Where records are read. */
interface Reading {
  read(read: Read): Promise<readonly FoundRecord[]>
  end(): void
}

/** Each time in a transaction of its own. */
function readingBy({ db, store: name, index }: NamedSource): Reading {
  return {
    read(read) {
      const store = db.transaction(name).objectStore(name)
      return read(index === undefined ? store : store.index(index))
    },
    end() {},
  }
}

/** In the transaction of the source, which is kept alive until this and all other loops in it are over. */
function readingIn(source: Source, { timeLimit = 10_000 }: RecordsOptions): Reading {
  const limitMs = checkTimeLimit(timeLimit)
  const transaction = transactionOf(source)
  const { kept, isOfFunction, end } = keepForLoop(transaction, storeOf(source))
  const limit = isOfFunction
    ? null
    : new TimeLimit(kept, { limitMs, transaction, what: 'records()' })
  return {
    async read(read) {
      let found: Promise<readonly FoundRecord[]> | null = null
      await kept.ask(() => {
        found = read(source)
        return undefined
      })
      try {
        return (await (found as Promise<readonly FoundRecord[]> | null)) ?? []
      } catch (error) {
        throw kept.reasonFor(error)
      }
    },
    end() {
      limit?.stop()
      end()
    },
  }
}
