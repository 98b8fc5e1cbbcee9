/**
 * Counting the records or index entries of a range. SQLite visits each of them: where that takes long they are counted in pieces,
 * so that others get the thread in between.
 */
import type { EncodedRange } from '../../keys/key-range.ts'
import type { Counting, Scan } from '../../storage/storage.ts'
import type { Connection } from '../binding/connection.ts'
import type { Statement } from '../binding/statement.ts'
import { bindIndexBounds, bindStoreBounds, indexBounds, keyBounds } from './scan-bounds.ts'

/** What is passed over at a time: half a millisecond, or a whole one on a slow machine. */
export const pieceRows = 4096

const storeRange = 'store_id = ?1 AND key >= ?2 AND key < ?3'
const indexKeyRange = 'index_id = ?1 AND key >= ?2 AND key < ?3'
const indexRange = `index_id = ?1 AND (key, primary_key) >= (?2, ?3)
  AND (key, primary_key) < (?4, ?5)`

/** `whole` counts a range, `rest` what is left of it after some pieces; `piece` gives the first row after one, if there is one. */
const sql = {
  store: {
    whole: `SELECT count(*) FROM records WHERE ${storeRange}`,
    rest: `SELECT count(*) FROM records WHERE ${storeRange}`,
    piece: `SELECT key, key FROM records WHERE ${storeRange}
      ORDER BY key LIMIT 1 OFFSET ${pieceRows}`,
  },
  index: {
    whole: `SELECT count(*) FROM index_records WHERE ${indexKeyRange}`,
    rest: `SELECT count(*) FROM index_records WHERE ${indexRange}`,
    piece: `SELECT key, primary_key FROM index_records WHERE ${indexRange}
      ORDER BY key, primary_key LIMIT 1 OFFSET ${pieceRows}`,
  },
}

/** The statements that count, for tests that look at their query plans. */
export const countStatements = [...Object.values(sql.store), ...Object.values(sql.index)]

/** What is counted. `indexId` 0: the store itself. */
export interface CountedRange {
  readonly storeId: number
  readonly indexId: number
  readonly range: EncodedRange
}

/** How many there are. @throws StorageError */
export function countRange(connection: Connection, counted: CountedRange): number {
  const statement = wholeCount(connection, counted)
  statement.step()
  return takeNumber(statement)
}

/** The same if it takes some milliseconds at most; else what counts in pieces, from the beginning. @throws StorageError */
export function countInPieces(connection: Connection, counted: CountedRange): number | Counting {
  const statement = wholeCount(connection, counted)
  return statement.stepBriefly() ? takeNumber(statement) : new RangeCounting(connection, counted)
}

/** A range that is counted in pieces. */
class RangeCounting implements Counting {
  readonly #connection: Connection
  readonly #counted: CountedRange
  #count = 0
  /** The first that is not counted yet; null: none is counted. */
  #first: Scan['after'] = null

  constructor(connection: Connection, counted: CountedRange) {
    this.#connection = connection
    this.#counted = counted
  }

  next(): number | null {
    const { rest, piece } = this.#counted.indexId === 0 ? sql.store : sql.index
    if (this.#pass(this.#bind(piece))) return null
    const statement = this.#bind(rest)
    statement.step()
    return this.#count + takeNumber(statement)
  }

  /** False: what is left is shorter than a piece. */
  #pass(statement: Statement): boolean {
    if (!statement.step()) return false
    this.#first = { key: statement.copyBlob(0), primaryKey: statement.copyBlob(1) }
    statement.reset()
    this.#count += pieceRows
    this.#connection.checkWalk(this.#count, 0)
    return true
  }

  #bind(text: string): Statement {
    const { storeId, indexId, range } = this.#counted
    const statement = this.#connection.prepare(text)
    const left = { range, after: this.#first, inclusive: true, direction: 'next' } as const
    statement.bindInt(1, indexId === 0 ? storeId : indexId)
    if (indexId === 0) bindStoreBounds(this.#connection, statement, keyBounds(left))
    else bindIndexBounds(this.#connection, statement, indexBounds(left))
    return statement
  }
}

function wholeCount(connection: Connection, { storeId, indexId, range }: CountedRange): Statement {
  const statement = connection.prepare(indexId === 0 ? sql.store.whole : sql.index.whole)
  statement.bindInt(1, indexId === 0 ? storeId : indexId)
  bindStoreBounds(connection, statement, keyBounds({ range, after: null }))
  return statement
}

function takeNumber(statement: Statement): number {
  const number = statement.number(0)
  statement.reset()
  return number
}
