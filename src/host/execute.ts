/** What each operation does to the storage: one function per kind. */
import { writeFloat64 } from '../bytes/float64.ts'
import { domException } from '../errors.ts'
import { keyType } from '../keys/key.ts'
import {
  encodeNumberKey,
  numberKeyOffset,
  readNumberKeyBytes,
  writeNumberKeyBytes,
} from '../keys/number-key.ts'
import { indexKeysOf } from '../keys/index-keys.ts'
import { checkIndexKeys } from '../storage/limits.ts'
import { applySchemaChange, storeOf } from '../storage/schema.ts'
import type { DatabaseSchema, IndexSchema, SchemaChange } from '../storage/schema.ts'
import type { DatabaseStorage, RecordBytes } from '../storage/storage.ts'
import { deserialize } from '../values/deserialize.ts'
import type { KeyGenerators } from './key-generators.ts'
import type { Operation, OperationReceiver } from '../protocol/protocol.ts'

/** What operations work on. */
export interface OperationTarget {
  readonly storage: DatabaseStorage
  readonly keyGenerators: KeyGenerators
  /** The schema as the running transaction sees it; `changeSchema` replaces it. */
  schema: DatabaseSchema
}

type PutOperation = Extract<Operation, { type: 'put' }>
type ScanOperation = Extract<Operation, { type: 'scan' }>

/**
 * Executes one operation, handing records to the receiver; gives the result for `done`.
 * @throws StorageError when storage fails; 'constraint' has left everything as it was, except for an index that could not
 * be built. ConstraintError when a key generator has no number left.
 */
export function executeOperation(
  target: OperationTarget,
  operation: Operation,
  receiver: OperationReceiver,
): Uint8Array | number | undefined {
  const { storage } = target
  switch (operation.type) {
    case 'put':
      return storeRecord(target, operation)
    case 'scan':
      scan(storage, operation, receiver)
      return undefined
    case 'count':
      return storage.count(operation.storeId, operation.indexId, operation.range)
    case 'deleteRange':
      storage.deleteRange(operation.storeId, operation.range)
      return undefined
    case 'clear':
      storage.clear(operation.storeId)
      return undefined
    case 'changeSchema':
      changeSchema(target, operation.change)
      return undefined
  }
}

/** Whose records they are; scans never nest, so that one function serves them all without a closure for each. */
let scanReceiver: OperationReceiver | null = null
const passRecord = (record: RecordBytes): void => (scanReceiver as OperationReceiver).record(record) // set for as long as a scan runs

function scan(storage: DatabaseStorage, scan: ScanOperation, receiver: OperationReceiver): void {
  scanReceiver = receiver
  try {
    storage.scan(scan, passRecord)
  } finally {
    // It has what was read, which may be large.
    scanReceiver = null
  }
}

/** https://w3c.github.io/IndexedDB/#store-a-record-into-an-object-store */
function storeRecord(target: OperationTarget, operation: PutOperation): Uint8Array | undefined {
  const { storeId, key } = operation
  if (key === null) return storeGeneratedRecord(target, operation)
  const { value, indexKeys, overwrite } = operation
  target.storage.put({ storeId, key, value: value.bytes, indexKeys, overwrite })
  if (!storeOf(target.schema, storeId).autoIncrement) return undefined
  if (keyType(key) === 'number') {
    target.keyGenerators.passOver(storeId, readNumberKeyBytes(key, numberKeyOffset))
  }
  return undefined
}

function storeGeneratedRecord(target: OperationTarget, operation: PutOperation): Uint8Array {
  const { storeId, indexKeys, overwrite, generated } = operation
  const value = operation.value.bytes
  if (generated === null) throw new Error('unreachable: a put has neither a key nor places for one')
  const number = target.keyGenerators.current(storeId)
  if (number === null) {
    const { name } = storeOf(target.schema, storeId)
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
  target.storage.put({ storeId, key, value, indexKeys, overwrite })
  target.keyGenerators.passOver(storeId, number)
  return key
}

/** One step of an upgrade. @throws StorageError */
export function changeSchema(target: OperationTarget, change: SchemaChange): void {
  target.storage.changeSchema(change)
  target.schema = applySchemaChange(target.schema, change)
  if (change.type === 'createIndex') fillIndex(target.storage, change.storeId, change.index)
}

/** The one place where the host looks into values. */
function fillIndex(storage: DatabaseStorage, storeId: number, index: IndexSchema): void {
  const indexes = [index]
  storage.fillIndex(storeId, index, ({ bytes, valueStart, valueEnd }) => {
    const indexKeys = indexKeysOf(deserialize(bytes, valueStart, valueEnd), indexes)
    if (indexKeys) checkIndexKeys(indexKeys)
    return indexKeys
  })
}
