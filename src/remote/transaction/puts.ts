/**
 * Puts in a row, in few statements. Those whose failing can only be found out record by record, as their store has unique indexes,
 * say, are looked at first: the transaction has locked the store, so what it finds holds.
 */
import { append } from '../../base/own-property.ts'
import { compareKeys } from '../../keys/key.ts'
import type { Failure } from '../../errors.ts'
import type { IndexSchema, ObjectStoreSchema, PutOperation } from '../../protocol/protocol.ts'
import { forEachIndexKey } from '../../keys/index-keys.ts'
import { byteaArray, intArray } from '../wire/arrays.ts'
import { bytesIn, numberIn, type Row } from '../wire/statement.ts'
import { keyTaken, recordExists } from './clashes.ts'
import type { Ground, Group, Pending } from './ground.ts'
import { filledIn, nextKey, noNumberLeft, noteStored } from './put-operation.ts'
import { entriesOf, entryArrays, isLong, type Written, writeRecords } from './write-records.ts'

export type PendingPut = Pending<PutOperation>

/** A put and its key. */
export interface KeyedPut {
  readonly pending: PendingPut
  readonly key: Uint8Array
}

/** How a put is carried out. `store`: it replaces what is there. `add`: unless something is. `look`: after a look. */
export type PutKind = 'store' | 'add' | 'look'

/** The kind of a put into that store. */
export function putKind(
  store: ObjectStoreSchema,
  { key, overwrite, value }: PutOperation,
): PutKind {
  for (const { unique } of store.indexes.values()) if (unique) return 'look'
  // A generated key is greater than all numbers in the store.
  if (overwrite || key === null) return 'store'
  // Whether its generator moves, and parts are stored, depends on what is found.
  return store.autoIncrement || isLong(value) ? 'look' : 'add'
}

/** Puts that replace what is there. */
export function storing(store: ObjectStoreSchema, puts: readonly KeyedPut[]): Group {
  return {
    mayFail: false,
    isBarrier: false,
    run(ground, over) {
      const written = puts.map(({ pending, key }) => filledIn(pending.operation, key))
      writeRecords(ground, store.id, written, () => {
        for (const { pending, key } of puts) answerStored(ground, pending, key)
        over()
      })
    },
  }
}

/** Puts of records that must not be there. */
export function adding(store: ObjectStoreSchema, puts: readonly KeyedPut[]): Group {
  return {
    mayFail: true,
    isBarrier: false,
    run(ground, over) {
      const { line, records, db } = ground
      const written = puts.map(({ pending, key }) => filledIn(pending.operation, key))
      const keys = byteaArray(written.map(({ key }) => key))
      const values = byteaArray(written.map(({ value }) => value))
      const given = [db, store.id, keys, values, ...entryArrays(entriesOf(written))]
      line.send(records.add, given, (rows) => {
        const free = new KeySet(rows.map((row) => bytesIn(row, 0)))
        for (const { pending, key } of puts) {
          if (free.has(key)) answerStored(ground, pending, key)
          else ground.failed(pending, recordExists(store, key))
        }
        over()
      })
    },
  }
}

/** Puts that are carried out one after another on what is found. */
export function looking(store: ObjectStoreSchema, puts: readonly PendingPut[]): Group {
  return {
    mayFail: true,
    isBarrier: true,
    run(ground, over) {
      const { line, records, db } = ground
      fillInFirst(ground, store, puts)
      const given = puts.flatMap(({ operation }) => operation.key ?? [])
      const unique = uniqueEntries(store, puts)
      const taken = new KeySet()
      line.send(records.findKeys, [db, store.id, byteaArray(given)], (rows) => {
        for (const row of rows) taken.add(bytesIn(row, 0))
      })
      const ids = intArray(unique.map(({ index }) => index.id))
      const asked = [db, ids, byteaArray(unique.map(({ key }) => key))]
      line.send(records.findEntries, asked, (rows) => {
        const holders = holdersOf(unique, rows)
        carryOut(ground, { store, puts, taken, holders }, over)
      })
    },
  }
}

function answerStored(ground: Ground, pending: PendingPut, key: Uint8Array): void {
  ground.done(pending, pending.operation.key === null ? key : undefined)
}

interface UniqueEntry {
  readonly index: IndexSchema
  readonly key: Uint8Array
}

function uniqueEntries(store: ObjectStoreSchema, puts: readonly PendingPut[]): UniqueEntry[] {
  const entries: UniqueEntry[] = []
  for (const { operation } of puts)
    eachUnique(store, operation.indexKeys, (it) => append(entries, it))
  return entries
}

function eachUnique(
  { indexes }: ObjectStoreSchema,
  block: Uint8Array | null,
  visit: (entry: UniqueEntry) => void,
): void {
  if (!block) return
  forEachIndexKey(block, (id, start, end) => {
    const index = indexes.get(id)
    if (index?.unique) visit({ index, key: block.subarray(start, end) })
  })
}

/** Its generated key may be in a unique index, which is then looked at: there is no other put before it that would move the number. */
function fillInFirst(
  { numbers }: Ground,
  store: ObjectStoreSchema,
  [first]: readonly PendingPut[],
): void {
  if (!first || mayLookTogether(first.operation)) return
  const key = nextKey(numbers, store)
  if (key) filledIn(first.operation, key)
}

/** Whether a put's keys are known before it is its turn: a generated one may be in a unique index. */
export function mayLookTogether({ generated }: PutOperation): boolean {
  return !generated || generated.indexKeyOffsets.length === 0
}

/** Which record has a key of a unique index. */
class Holders {
  readonly #holders = new Map<string, Uint8Array>()
  /** Record → what it has. */
  readonly #held = new Map<string, string[]>()

  holderOf(entry: UniqueEntry): Uint8Array | undefined {
    return this.#holders.get(nameOf(entry))
  }

  give(entry: UniqueEntry, primaryKey: Uint8Array): void {
    const [name, record] = [nameOf(entry), latin1(primaryKey)]
    this.#holders.set(name, primaryKey)
    const held = this.#held.get(record)
    if (held) append(held, name)
    else this.#held.set(record, [name])
  }

  /** The record is to be replaced. */
  takeAllOf(primaryKey: Uint8Array): void {
    const record = latin1(primaryKey)
    for (const name of this.#held.get(record) ?? []) this.#holders.delete(name)
    this.#held.delete(record)
  }
}

function holdersOf(unique: readonly UniqueEntry[], rows: readonly Row[]): Holders {
  const holders = new Holders()
  for (const row of rows) {
    const entry = unique[numberIn(row, 0) - 1]
    if (entry) holders.give(entry, bytesIn(row, 1))
  }
  return holders
}

function nameOf({ index, key }: UniqueEntry): string {
  return `${index.id} ${latin1(key)}`
}

interface Look {
  readonly store: ObjectStoreSchema
  readonly puts: readonly PendingPut[]
  /** The keys in the store. */
  readonly taken: KeySet
  readonly holders: Holders
}

/** Carries the puts out one after another in memory, then writes what is left of it, and answers in order. */
function carryOut(ground: Ground, look: Look, over: () => void): void {
  const outcomes: (() => void)[] = []
  const written = new Map<string, Written>()
  for (const pending of look.puts) {
    const outcome = putInto(ground, look, pending)
    if ('failure' in outcome) append(outcomes, () => ground.failed(pending, outcome.failure))
    else {
      written.set(latin1(outcome.key), outcome)
      append(outcomes, () => answerStored(ground, pending, outcome.key))
    }
  }
  const answer = (): void => {
    for (const outcome of outcomes) outcome()
    over()
  }
  if (written.size === 0) answer()
  else writeRecords(ground, look.store.id, [...written.values()], answer)
}

function putInto(
  { numbers }: Ground,
  { store, taken, holders }: Look,
  { operation }: PendingPut,
): Written | { readonly failure: Failure } {
  const key = operation.key ?? nextKey(numbers, store)
  if (!key) return { failure: noNumberLeft(store) }
  if (!operation.overwrite && taken.has(key)) return { failure: recordExists(store, key) }
  const record = filledIn(operation, key)
  const clash = clashOf(store, holders, record)
  if (clash) return { failure: clash }
  holders.takeAllOf(key)
  eachUnique(store, record.indexKeys, (entry) => holders.give(entry, key))
  taken.add(key)
  noteStored(numbers, store, key)
  return record
}

function clashOf(store: ObjectStoreSchema, holders: Holders, record: Written): Failure | null {
  let clash: Failure | null = null
  eachUnique(store, record.indexKeys, (entry) => {
    const primaryKey = holders.holderOf(entry)
    if (!primaryKey || compareKeys(primaryKey, record.key) === 0) return
    clash ??= keyTaken(store, entry.index, { key: entry.key, primaryKey })
  })
  return clash
}

/** Keys by their bytes. */
export class KeySet {
  readonly #keys: Set<string>

  constructor(keys: readonly Uint8Array[] = []) {
    this.#keys = new Set(keys.map(latin1))
  }

  add(key: Uint8Array): void {
    this.#keys.add(latin1(key))
  }

  has(key: Uint8Array): boolean {
    return this.#keys.has(latin1(key))
  }
}

/** The bytes as a string of as many characters. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
