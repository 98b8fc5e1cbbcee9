/**
 * Puts whose failing can only be found out record by record, as their store has unique indexes, say: they are carried out in memory on what is
 * found first. The transaction has locked the store, so what it finds holds.
 */
import { append } from '../../../base/own-property.ts'
import type { Failure } from '../../../errors.ts'
import { compareKeys } from '../../../keys/key.ts'
import type { ObjectStoreSchema, PutOperation } from '../../../protocol/protocol.ts'
import { byteaArray, intArray } from '../../wire/arrays.ts'
import { bytesIn } from '../../wire/statement.ts'
import { keyTaken, recordExists } from '../clashes.ts'
import type { Ground, Group } from '../ground.ts'
import { KeySet, latin1 } from './key-set.ts'
import {
  answerStored,
  filledIn,
  nextKey,
  noNumberLeft,
  noteStored,
  type PendingPut,
} from './put-operation.ts'
import { eachUnique, type Holders, holdersOf, uniqueEntries } from './unique-entries.ts'
import { type Written, writeRecords } from './write-records.ts'

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
