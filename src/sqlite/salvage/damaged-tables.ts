/**
 * Reading a damaged file's records: each store from its start until a page cannot be read, then from its end until the
 * same, then, one by one, those between of which the indexes still know the keys. Nothing is written.
 */
import { append } from '../../base/own-property.ts'
import { StorageError } from '../../errors.ts'
import { convertKeyToValue } from '../../keys/convert-key-to-value.ts'
import { forEachIndexKey } from '../../keys/index-keys.ts'
import { compareKeys } from '../../keys/key.ts'
import type { ObjectStoreSchema } from '../../storage/schema.ts'
import type { Connection } from '../binding/connection.ts'
import type { Statement } from '../binding/statement.ts'
import { CommitMarks } from '../records/commit-marks.ts'

/** A record found whole; its bytes are the receiver's. */
export interface FoundRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array
  /** Entries of the store's indexes alone; null: none. */
  readonly indexKeys: Uint8Array | null
}

/** Takes a record; false when it cannot be used. */
export type FoundReceiver = (record: FoundRecord) => boolean

const columns = 'key, value, large_id, index_keys'

/** A damaged file's tables. */
export class DamagedTables {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Whether commits have left marks in it. */
  hasMarks(): boolean {
    return new CommitMarks(this.#connection).isUsed
  }

  /**
   * Reads a store. `lost`: records known to have been there of which a part cannot be read; `hasGap`: there may have been
   * others.
   */
  readStore(store: ObjectStoreSchema, receive: FoundReceiver): { lost: number; hasGap: boolean } {
    const walk = new StoreWalk(this.#connection, store, receive)
    if (walk.readForward()) return { lost: walk.lost, hasGap: false }
    walk.readBackward()
    walk.readGapByIndexes()
    return { lost: walk.lost, hasGap: true }
  }
}

class StoreWalk {
  lost = 0
  readonly #connection: Connection
  readonly #store: ObjectStoreSchema
  readonly #receive: FoundReceiver
  /** Everything up to it has been read from the start; null: nothing. */
  #last: Uint8Array | null = null
  /** Everything from it on has been read from the end; null: nothing. */
  #first: Uint8Array | null = null
  /** Of the store's records so far. */
  #takenBytes = 0

  constructor(connection: Connection, store: ObjectStoreSchema, receive: FoundReceiver) {
    this.#connection = connection
    this.#store = store
    this.#receive = receive
  }

  /** Whether it got to the end. */
  readForward(): boolean {
    const sql = `SELECT ${columns} FROM records WHERE store_id = ?1 ORDER BY key`
    return this.#readRows(sql, this.#store.id, (row) => {
      const key = row.copyBlob(0)
      // Keys out of order: a page that belongs elsewhere.
      if (this.#last && compareKeys(key, this.#last) <= 0) return false
      this.#last = key
      if (!this.#take(row, key)) this.lost++
      return true
    })
  }

  readBackward(): void {
    const sql = `SELECT ${columns} FROM records WHERE store_id = ?1 ORDER BY key DESC`
    this.#readRows(sql, this.#store.id, (row) => {
      const key = row.copyBlob(0)
      if (!this.#isInGap(key)) return false
      this.#first = key
      if (!this.#take(row, key)) this.lost++
      return true
    })
  }

  readGapByIndexes(): void {
    for (const key of this.#keysInGap().values()) {
      if (!this.#readOne(key)) this.lost++
    }
  }

  /** The keys that entries of the indexes name, each index read from both ends, and that were not met. */
  #keysInGap(): ReadonlyMap<string, Uint8Array> {
    const keys = new Map<string, Uint8Array>()
    for (const indexId of this.#store.indexes.keys()) {
      for (const order of ['ASC', 'DESC'] as const) {
        const sql = `SELECT primary_key FROM index_records WHERE index_id = ?1 ORDER BY key ${order}`
        const isWhole = this.#readRows(sql, indexId, (row) => {
          const key = row.copyBlob(0)
          if (this.#isInGap(key)) keys.set(String(key), key)
          return true
        })
        if (isWhole) break
      }
    }
    return keys
  }

  #isInGap(key: Uint8Array): boolean {
    if (this.#last && compareKeys(key, this.#last) <= 0) return false
    return !(this.#first && compareKeys(key, this.#first) >= 0)
  }

  #readOne(key: Uint8Array): boolean {
    const { scratch } = this.#connection.engine
    const sql = `SELECT ${columns} FROM records WHERE store_id = ?1 AND key = ?2`
    let isTaken = false
    this.#readRows(
      sql,
      this.#store.id,
      (row) => {
        isTaken = this.#take(row, key)
        return false
      },
      (statement) => {
        scratch.reserve(key.length)
        statement.bindBlob(2, scratch.put(key), key.length)
      },
    )
    return isTaken
  }

  /** False when a part of the record cannot be read, or used. */
  #take(row: Statement, key: Uint8Array): boolean {
    return tolerate(() => {
      convertKeyToValue(key)
      const indexKeys = row.isNull(3) ? null : this.#liveEntries(row.copyBlob(3))
      const value = row.isNull(2) ? row.copyBlob(1) : this.#largeValue(row.number(2))
      this.#takenBytes += key.length + (value?.length ?? 0)
      return value !== null && value.length > 0 && this.#receive({ key, value, indexKeys })
    })
  }

  /** null: missing. */
  #largeValue(id: number): Uint8Array | null {
    let value: Uint8Array | null = null
    const sql = 'SELECT value FROM large_values WHERE id = ?1'
    this.#readRows(sql, id, (row) => {
      value = row.copyBlob(0)
      return false
    })
    return value
  }

  /** Without the entries of indexes deleted since, whose ids may be given out again. */
  #liveEntries(block: Uint8Array): Uint8Array | null {
    const kept: number[] = []
    let start = 0
    forEachIndexKey(block, (indexId, _keyStart, keyEnd) => {
      if (this.#store.indexes.has(indexId))
        for (const byte of block.subarray(start, keyEnd)) append(kept, byte)
      start = keyEnd
    })
    return kept.length === 0 ? null : Uint8Array.from(kept)
  }

  /** Visits rows until `visit` says false; false when a row cannot be read, or it did. */
  #readRows(
    sql: string,
    id: number,
    visit: (row: Statement) => boolean,
    bindRest: (statement: Statement) => void = () => {},
  ): boolean {
    return tolerate(() => {
      const statement = this.#connection.prepare(sql)
      try {
        statement.bindInteger(1, id)
        bindRest(statement)
        for (let seen = 0; statement.step(); seen++) {
          this.#connection.checkWalk(seen, this.#takenBytes)
          if (!visit(statement)) return false
        }
        return true
      } finally {
        statement.reset()
      }
    })
  }
}

/** Runs `read`; false when it meets damage. */
function tolerate(read: () => boolean): boolean {
  try {
    return read()
  } catch (error) {
    if (error instanceof StorageError && error.code === 'corrupt') return false
    throw error
  }
}
