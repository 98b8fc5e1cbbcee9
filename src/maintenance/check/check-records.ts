/** Reading all records and index entries of an open database, each compared with what it stands for. */
import { isA } from '../../base/thrown.ts'
import { StorageError } from '../../errors.ts'
import { queueTurn } from '../../event-loop/turn.ts'
import { extractKey } from '../../keys/extract-key.ts'
import { forEachIndexKey, indexKeysOf } from '../../keys/index-keys.ts'
import { compareKeys, keyTag } from '../../keys/key.ts'
import { encodeRange, unboundedRange } from '../../keys/key-range.ts'
import { numberKeyOffset, readNumberKeyBytes } from '../../keys/number-key.ts'
import type { SqliteDatabase } from '../../sqlite/database.ts'
import type { ObjectStoreSchema } from '../../storage/schema.ts'
import { deserialize } from '../../values/deserialize.ts'
import type { StoreProgress } from '../tools.ts'
import { checkEntries } from './check-entries.ts'
import { EntrySum, wholly } from './entry-sums.ts'
import { isKey, textOf } from './key-as-text.ts'
import type { Findings, ProblemKind } from './problem.ts'
import { type CopiedRecord, readBatch } from './read-batch.ts'

/** 2^53: key generator maximum. */
const lastGeneratedNumber = 2 ** 53

/** Looks at all records of all stores. Gives how many there were. */
export async function checkRecords(
  database: SqliteDatabase,
  findings: Findings,
  progress: StoreProgress,
): Promise<number> {
  let count = 0
  for (const store of database.schema.stores.values()) {
    const walk = new StoreWalk(database, store, findings)
    try {
      await walk.run(progress)
    } catch (error) {
      if (!isCorrupt(error)) throw error
      findings.add('unreadable', error.message, { store: store.name })
    }
    count += walk.count
  }
  return count
}

function isCorrupt(error: unknown): error is StorageError {
  return isA(error, StorageError) && error.code === 'corrupt'
}

class StoreWalk {
  count = 0
  readonly #database: SqliteDatabase
  readonly #store: ObjectStoreSchema
  readonly #findings: Findings
  /** Index id → the entries that the records should have in it. */
  readonly #due: ReadonlyMap<number, EntrySum>
  /** Whether any record could not be read, so that its entries are not known. */
  #hasUnread = false
  #last: Uint8Array | null = null
  #greatestNumber = -Infinity

  constructor(database: SqliteDatabase, store: ObjectStoreSchema, findings: Findings) {
    this.#database = database
    this.#store = store
    this.#findings = findings
    this.#due = new Map(Array.from(store.indexes.keys(), (id) => [id, new EntrySum()]))
  }

  async run(progress: StoreProgress): Promise<void> {
    const { id, name, indexes } = this.#store
    const total = this.#database.count(id, 0, encodeRange(unboundedRange))
    for (let isMore = true; isMore;) {
      isMore = this.#readOn()
      progress(name, this.count, total)
      await new Promise<void>(queueTurn)
    }
    this.#checkGenerator()
    for (const index of indexes.values()) {
      const due = this.#hasUnread ? null : (this.#due.get(index.id) ?? null)
      checkEntries({ database: this.#database, store: this.#store, index, due }, this.#findings)
    }
  }

  /** False at the end, and where the keys lead back, which would go on without end. */
  #readOn(): boolean {
    const batch = readBatch(this.#database, { storeId: this.#store.id, after: this.#last })
    for (const record of batch) {
      if (this.#last && compareKeys(this.#last, record.key) >= 0) {
        this.#note('key', 'keys stand out of order', record.key)
        return false
      }
      this.#last = record.key
      this.count++
      this.#check(record)
    }
    return batch.length > 0
  }

  #check({ key, value }: CopiedRecord): void {
    if (!isKey(key)) this.#note('key', 'bytes stand where a key belongs', key)
    if (key[0] === keyTag.number) this.#noteNumber(key)
    try {
      this.#compare(key, deserialize(value, 0, value.length))
    } catch (error) {
      if (!isCorrupt(error)) throw error
      this.#hasUnread = true
      const isSound = error.facts.code !== 'ERR_IDB_CORRUPT'
      this.#note(isSound ? 'unavailable-type' : 'value', lowerFirst(error.message), key)
    }
  }

  #compare(key: Uint8Array, value: unknown): void {
    const { keyPath, indexes } = this.#store
    if (keyPath !== null) {
      const found = extractKey(value, keyPath)
      const isItsKey = found instanceof Uint8Array && compareKeys(found, key) === 0
      if (!isItsKey) this.#note('key-path', 'the value has another key at the key path', key)
    }
    const entries = indexes.size === 0 ? null : indexKeysOf(value, indexes.values())
    if (!entries) return
    const primaryKey = wholly(key)
    forEachIndexKey(entries, (indexId, start, end) => {
      this.#due.get(indexId)?.add({ bytes: entries, start, end }, primaryKey)
    })
  }

  #noteNumber(key: Uint8Array): void {
    try {
      this.#greatestNumber = readNumberKeyBytes(key, numberKeyOffset)
    } catch (error) {
      if (!isCorrupt(error)) throw error
    }
  }

  #checkGenerator(): void {
    const { id, name, autoIncrement } = this.#store
    const next = this.#database.currentNumber(id)
    const greatest = Math.floor(Math.min(this.#greatestNumber, lastGeneratedNumber))
    if (!autoIncrement || greatest < next) return
    this.#findings.add(
      'generator',
      `the key generator would give out ${next} next, and there is the key ${this.#greatestNumber}`,
      { store: name },
    )
  }

  #note(kind: ProblemKind, what: string, key: Uint8Array): void {
    this.#findings.add(kind, what, { store: this.#store.name }, textOf(key))
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
