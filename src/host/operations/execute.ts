/** What each operation does to the storage: one function per kind. */
import { indexKeysOf } from '../../keys/index-keys.ts'
import type { CountOperation, OperationReceiver, WriteOperation } from '../../protocol/protocol.ts'
import { checkIndexKeys, type StorageLimits } from '../../storage/limits.ts'
import type { IndexSchema, SchemaChange } from '../../storage/schema.ts'
import type {
  Counting,
  RecordBytes,
  Scan,
  Storage,
  StorageTransaction,
} from '../../storage/storage.ts'
import { deserialize } from '../../values/deserialize.ts'
import { storeRecord } from './store-record.ts'

/** Begins to count; gives the number where it is known at once. @throws StorageError when storage fails */
export function beginCount(
  storage: Storage,
  { storeId, indexId, range }: CountOperation,
): number | Counting {
  const counted = storage.countInPieces?.(storeId, indexId, range)
  return counted ?? storage.count(storeId, indexId, range)
}

/**
 * Executes an operation that writes; gives the result for `done`.
 * @throws StorageError when storage fails; 'constraint' has left everything as it was, except for an index that could not
 * be built. ConstraintError when a key generator has no number left.
 */
export function executeWrite(
  transaction: StorageTransaction,
  operation: WriteOperation,
  limits: StorageLimits,
): Uint8Array | undefined {
  switch (operation.type) {
    case 'put':
      return storeRecord(transaction, operation)
    case 'deleteRange':
      transaction.deleteRange(operation.storeId, operation.range)
      return undefined
    case 'clear':
      transaction.clear(operation.storeId)
      return undefined
    case 'changeSchema':
      changeSchema(transaction, operation.change, limits)
      return undefined
  }
}

/**
 * Whose records they are. A function made for each scan would cost a closure per get, the most frequent of all calls; one
 * serves them all, as scans run within a call and never within each other: a receiver must not call the engine.
 */
let scanReceiver: OperationReceiver | null = null
const passRecord = (record: RecordBytes): void => (scanReceiver as OperationReceiver).record(record) // set for as long as a scan runs

/** Hands the records to the receiver. @throws StorageError when storage fails */
export function executeScan(storage: Storage, scan: Scan, receiver: OperationReceiver): void {
  scanReceiver = receiver
  try {
    storage.scan(scan, passRecord)
  } finally {
    // It has what was read, which may be large.
    scanReceiver = null
  }
}

/** One step of an upgrade. @throws StorageError */
function changeSchema(
  transaction: StorageTransaction,
  change: SchemaChange,
  limits: StorageLimits,
): void {
  transaction.changeSchema(change)
  if (change.type === 'createIndex') fillIndex(transaction, change, limits)
}

/** The one place where the host looks into values. */
function fillIndex(
  transaction: StorageTransaction,
  { storeId, index }: { storeId: number; index: IndexSchema },
  limits: StorageLimits,
): void {
  const indexes = [index]
  const place = { indexes: new Map([[index.id, index]]) }
  transaction.fillIndex(storeId, index, ({ bytes, valueStart, valueEnd }) => {
    const indexKeys = indexKeysOf(deserialize(bytes, valueStart, valueEnd), indexes)
    if (indexKeys) checkIndexKeys(limits, indexKeys, place)
    return indexKeys
  })
}
