/** Performs the operations of an upgrade on the schema. */
import { decode } from './program/decode.ts'
import type { SchemaOp } from './program/program.ts'
import { type Run, type TransactionState, attempt } from './run.ts'

export function changeSchema(run: Run, op: SchemaOp, transaction: TransactionState): void {
  const database = transaction.connection.handle
  const { environment } = transaction.connection
  attempt(run, transaction.stream, op.do, () => {
    switch (op.do) {
      case 'createObjectStore': {
        // Options may be wrong in any way.
        const options = decode(op.options, environment) as IDBObjectStoreParameters
        const store = database.createObjectStore(op.store, options)
        return transaction.handles.set(op.store, store)
      }
      case 'deleteObjectStore':
        return database.deleteObjectStore(op.store)
      case 'createIndex': {
        const keyPath = decode(op.keyPath, environment) as string
        const options = decode(op.options, environment) as IDBIndexParameters
        const store = transaction.handle.objectStore(op.store)
        const index = store.createIndex(op.index, keyPath, options)
        return transaction.handles.set(`${op.store}.${op.index}`, index)
      }
      case 'deleteIndex':
        return transaction.handle.objectStore(op.store).deleteIndex(op.index)
      case 'renameObjectStore':
        return (transaction.handle.objectStore(op.store).name = op.name)
      case 'renameIndex':
        return (transaction.handle.objectStore(op.store).index(op.index).name = op.name)
    }
  })
}
