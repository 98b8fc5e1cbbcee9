/** Storing a record, with a key of its own or a generated one. */
import { writeFloat64 } from '../../bytes/float64.ts'
import { domException } from '../../errors.ts'
import { keyType } from '../../keys/key.ts'
import {
  encodeNumberKey,
  numberKeyOffset,
  readNumberKeyBytes,
  writeNumberKeyBytes,
} from '../../keys/number-key.ts'
import type { PutOperation } from '../../protocol/protocol.ts'
import { storeOf } from '../../storage/schema.ts'
import type { StorageTransaction } from '../../storage/storage.ts'
import { generateKey, possiblyUpdateKeyGenerator } from './key-generators.ts'

/**
 * Stores the record; gives the generated key, encoded, undefined when it came with one.
 * @throws StorageError 'constraint' when the record cannot be stored beside others, ConstraintError when the key generator
 * has no number left; then nothing has changed.
 * https://w3c.github.io/IndexedDB/#store-a-record-into-an-object-store
 */
export function storeRecord(
  transaction: StorageTransaction,
  operation: PutOperation,
): Uint8Array | undefined {
  const { storeId, key } = operation
  if (key === null) return storeGeneratedRecord(transaction, operation)
  const { value, indexKeys, overwrite } = operation
  transaction.put({ storeId, key, value: value.bytes, indexKeys, overwrite })
  if (!storeOf(transaction.schema, storeId).autoIncrement) return undefined
  if (keyType(key) === 'number') {
    possiblyUpdateKeyGenerator(transaction, storeId, readNumberKeyBytes(key, numberKeyOffset))
  }
  return undefined
}

function storeGeneratedRecord(
  transaction: StorageTransaction,
  operation: PutOperation,
): Uint8Array {
  const { storeId, indexKeys, overwrite, generated } = operation
  const value = operation.value.bytes
  if (generated === null) throw new Error('unreachable: a put has neither a key nor places for one')
  const number = generateKey(transaction, storeId)
  if (number === null) {
    const { name } = storeOf(transaction.schema, storeId)
    throw domException(
      'ConstraintError',
      `Key generator of object store "${name}" has no number left`,
    )
  }
  if (generated.valueOffset >= 0) writeFloat64(value, generated.valueOffset, number)
  if (indexKeys) {
    for (const offset of generated.indexKeyOffsets) writeNumberKeyBytes(indexKeys, offset, number)
  }
  const key = encodeNumberKey(number)
  transaction.put({ storeId, key, value, indexKeys, overwrite })
  possiblyUpdateKeyGenerator(transaction, storeId, number)
  return key
}
