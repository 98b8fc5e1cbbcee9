/** A put on its way to the server: its key, generated where it has none. */
import { writeFloat64 } from '../../../bytes/float64.ts'
import { type Failure, failure } from '../../../errors.ts'
import { generateKey, possiblyUpdateKeyGenerator } from '../../../host/operations/key-generators.ts'
import { keyType } from '../../../keys/key.ts'
import {
  encodeNumberKey,
  numberKeyOffset,
  readNumberKeyBytes,
  writeNumberKeyBytes,
} from '../../../keys/number-key.ts'
import type { ObjectStoreSchema, PutOperation } from '../../../protocol/protocol.ts'
import type { Ground, Pending } from '../ground.ts'
import type { Numbers } from '../numbers.ts'
import type { Written } from './write-records.ts'

/** A put that was asked for. */
export type PendingPut = Pending<PutOperation>

/** A put and its key. */
export interface KeyedPut {
  readonly pending: PendingPut
  readonly key: Uint8Array
}

/** The next number of the store's key generator, as a key; null: it has none left. The generator does not move. */
export function nextKey(numbers: Numbers, { id }: ObjectStoreSchema): Uint8Array | null {
  const number = generateKey(numbers, id)
  return number === null ? null : encodeNumberKey(number)
}

/** The record, with its generated key in all the places where it belongs. */
export function filledIn({ value, indexKeys, generated }: PutOperation, key: Uint8Array): Written {
  if (generated) {
    const number = readNumberKeyBytes(key, numberKeyOffset)
    if (generated.valueOffset >= 0) writeFloat64(value.bytes, generated.valueOffset, number)
    if (indexKeys) {
      for (const offset of generated.indexKeyOffsets) writeNumberKeyBytes(indexKeys, offset, number)
    }
  }
  return { key, value: value.bytes, indexKeys }
}

/** A record was stored under that key: the store's generator, if it has one, goes beyond it. */
export function noteStored(numbers: Numbers, store: ObjectStoreSchema, key: Uint8Array): void {
  if (!store.autoIncrement || keyType(key) !== 'number') return
  possiblyUpdateKeyGenerator(numbers, store.id, readNumberKeyBytes(key, numberKeyOffset))
}

/** The failure of a put whose store has no number left. */
export function noNumberLeft({ name }: ObjectStoreSchema): Failure {
  return failure('ConstraintError', `Key generator of object store "${name}" has no number left`)
}

/** Tells that the record was stored; of a put without a key, under which one. */
export function answerStored(ground: Ground, pending: PendingPut, key: Uint8Array): void {
  ground.done(pending, pending.operation.key === null ? key : undefined)
}
