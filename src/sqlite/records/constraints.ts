/** The errors of records that cannot stand beside others. */
import { StorageError } from '../../errors.ts'

/** A record with that key exists, and the new one may not replace it. Keys are texts. */
export function recordExists(store: string, key: string): StorageError {
  const message = `Object store "${store}" already has a record with the key ${key}; use put() to replace it`
  return new StorageError('constraint', message, { store, key, primaryKey: key })
}

/** Which key of a unique index is taken, and by which record. Keys are texts. */
export interface Clash {
  readonly store: { readonly name: string }
  readonly index: { readonly name: string }
  readonly key: string
  readonly primaryKey: string
}

/** A unique index has one of the record's keys, of another record. */
export function keyTaken({ key, primaryKey, ...clash }: Clash): StorageError {
  const [store, index] = [clash.store.name, clash.index.name]
  const message = `Index "${index}" of object store "${store}" is unique, and the record with the primary key ${primaryKey} already has the key ${key}`
  return new StorageError('constraint', message, { store, index, key, primaryKey })
}
