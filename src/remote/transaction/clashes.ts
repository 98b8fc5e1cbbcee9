/** The failures of records that cannot stand beside others. */
import { type Failure, failure } from '../../errors.ts'
import { keyText } from '../../keys/text/key-text.ts'
import type { IndexSchema, ObjectStoreSchema } from '../../protocol/protocol.ts'

/** A record with that key exists, and the new one may not replace it. */
export function recordExists({ name }: ObjectStoreSchema, key: Uint8Array): Failure {
  const text = keyText(key)
  const message = `Object store "${name}" already has a record with the key ${text}; use put() to replace it`
  return clash(message, { store: name, key: text, primaryKey: text })
}

/** A unique index has a key already, of the record with that primary key. */
export function keyTaken(
  store: ObjectStoreSchema,
  index: IndexSchema,
  { key, primaryKey }: { key: Uint8Array; primaryKey: Uint8Array },
): Failure {
  const [text, other] = [keyText(key), keyText(primaryKey)]
  const message = `Index "${index.name}" of object store "${store.name}" is unique, and the record with the primary key ${other} already has the key ${text}`
  return clash(message, { store: store.name, index: index.name, key: text, primaryKey: other })
}

function clash(message: string, facts: object): Failure {
  return failure('ConstraintError', message, { code: 'ERR_IDB_CONSTRAINT', ...facts })
}
