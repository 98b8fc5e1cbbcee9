/** Reading a whole store in one transaction, by what any program can ask. */
import { memberOf } from '../../base/thrown.ts'
import {
  IDBKeyRange,
  type IDBCursorWithValue,
  type IDBIndex,
  type IDBObjectStore,
  type IDBRequest,
} from '../../api/global/interfaces.ts'
import { convertClonedValueToKey } from '../../keys/convert-value-to-key.ts'
import { extractKey } from '../../keys/extract-key.ts'
import { forEachIndexKey, indexKeysOf } from '../../keys/index-keys.ts'
import { compareKeys } from '../../keys/key.ts'
import type { KeyPath } from '../../keys/key-path.ts'
import type { StoreProgress } from '../tools.ts'
import { textOf } from './key-as-text.ts'
import type { Findings, ProblemKind } from './problem.ts'

/** How many records are read between two calls of it. */
const progressStep = 1_000

/** One store's. */
export class StoreReading {
  readonly #store: IDBObjectStore
  readonly #findings: Findings
  readonly #progress: StoreProgress
  readonly #indexes: readonly IDBIndex[]
  /** How many entries the records should have in each index. */
  readonly #entryCounts: number[]
  #hasUnread = false
  #count = 0
  #total = 0

  constructor(store: IDBObjectStore, findings: Findings, progress: StoreProgress) {
    this.#store = store
    this.#findings = findings
    this.#progress = progress
    this.#indexes = Array.from(store.indexNames, (name) => store.index(name))
    this.#entryCounts = this.#indexes.map(() => 0)
  }

  /** Gives how many records there were. */
  async run(): Promise<number> {
    const sources = [this.#store, ...this.#indexes]
    const [total = 0, ...counts] = await Promise.all(sources.map((it) => answerOf(it.count())))
    this.#total = total
    let after: IDBValidKey | undefined
    for (let isMore = true; isMore;) {
      const failure = await this.#readFrom(after, (key) => (after = key))
      isMore = failure !== null && (await this.#passOver(failure, after, (key) => (after = key)))
    }
    this.#progress(this.#store.name, this.#count, this.#total)
    if (!this.#hasUnread) this.#compareCounts(counts)
    return this.#count
  }

  /** Reads from there to the end, or to a record that cannot be read; then it gives the error. */
  #readFrom(after: IDBValidKey | undefined, readTo: (key: IDBValidKey) => void): Promise<unknown> {
    const request = this.#store.openCursor(
      rangeAfter(after),
    ) as IDBRequest<IDBCursorWithValue | null>
    return new Promise((resolve, reject) => {
      request.onsuccess = () => {
        const cursor = request.result
        if (!cursor) return resolve(null)
        try {
          readTo(cursor.primaryKey)
          this.#check(cursor.primaryKey, cursor.value)
          cursor.continue()
        } catch (error) {
          // What the caller is told of progress may throw: an event would tell it to the global object, and the caller would wait.
          reject(error)
        }
      }
      request.onerror = (event) => {
        event.preventDefault()
        resolve(request.error)
      }
    })
  }

  /** Notes the record that could not be read; false where not even its key can be. */
  async #passOver(
    failure: unknown,
    after: IDBValidKey | undefined,
    readTo: (key: IDBValidKey) => void,
  ): Promise<boolean> {
    this.#hasUnread = true
    const message = String(memberOf(failure, 'message'))
    const keys = await answerOf(this.#store.getAllKeys(rangeAfter(after), 1)).catch(() => null)
    const key = keys?.[0]
    if (key === undefined) {
      this.#findings.add('unreadable', message, { store: this.#store.name })
      return false
    }
    readTo(key)
    this.#count++
    const isDamage = memberOf(memberOf(failure, 'cause'), 'code') === 'ERR_IDB_CORRUPT'
    this.#note(isDamage ? 'value' : 'unavailable-type', message, key)
    return true
  }

  #check(key: IDBValidKey, value: unknown): void {
    const keyPath = this.#store.keyPath as KeyPath | null // It is one of a store.
    if (keyPath !== null) {
      const found = extractKey(value, keyPath)
      const isItsKey = found instanceof Uint8Array && compareKeys(found, encoded(key)) === 0
      if (!isItsKey) this.#note('key-path', 'the value has another key at the key path', key)
    }
    this.#countEntries(value)
    this.#count++
    if (this.#count % progressStep === 0) {
      this.#progress(this.#store.name, this.#count, this.#total)
    }
  }

  #countEntries(value: unknown): void {
    const definitions = this.#indexes.map(({ keyPath, multiEntry }, id) => ({
      id,
      keyPath: keyPath as KeyPath, // It is one of an index.
      multiEntry,
    }))
    const entries = definitions.length === 0 ? null : indexKeysOf(value, definitions)
    if (!entries) return
    forEachIndexKey(entries, (id) => {
      this.#entryCounts[id] = (this.#entryCounts[id] ?? 0) + 1
    })
  }

  #compareCounts(counts: readonly number[]): void {
    this.#indexes.forEach(({ name }, i) => {
      const [there, due] = [counts[i] ?? 0, this.#entryCounts[i] ?? 0]
      if (there === due) return
      const kind = there < due ? 'missing-entry' : 'stray-entry'
      const what = `it has ${there} entries, and the records give ${due}`
      this.#findings.add(kind, what, { store: this.#store.name, index: name })
    })
  }

  #note(kind: ProblemKind, what: string, key: IDBValidKey): void {
    this.#findings.add(kind, what, { store: this.#store.name }, textOf(encoded(key)))
  }
}

function encoded(key: IDBValidKey): Uint8Array {
  const bytes = convertClonedValueToKey(key)
  if (!bytes) throw new Error('unreachable: a record has no key')
  return bytes
}

function rangeAfter(
  key: IDBValidKey | undefined,
): ReturnType<typeof IDBKeyRange.lowerBound> | null {
  return key === undefined ? null : IDBKeyRange.lowerBound(key, true)
}

/** The result of a request, whose error does not end the transaction. */
function answerOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = (event) => {
      event.preventDefault()
      reject(request.error)
    }
  })
}
