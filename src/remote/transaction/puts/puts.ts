/** Puts in a row, in few statements. */
import type { ObjectStoreSchema, PutOperation } from '../../../protocol/protocol.ts'
import { byteaArray } from '../../wire/arrays.ts'
import { bytesIn } from '../../wire/statement.ts'
import { recordExists } from '../clashes.ts'
import type { Group } from '../ground.ts'
import { KeySet } from './key-set.ts'
import { answerStored, filledIn, type KeyedPut } from './put-operation.ts'
import { entriesOf, entryArrays, isLong, writeRecords } from './write-records.ts'

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
