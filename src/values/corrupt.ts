import { StorageError } from '../errors.ts'

/** The error for bytes that are no value. */
export function corrupt(reason: string): StorageError {
  return new StorageError('corrupt', `A stored value is damaged: ${reason}`)
}

/** The error for a value of a type that this runtime does not have. */
export function unsupportedType(name: string): StorageError {
  return new StorageError(
    'corrupt',
    `A stored value contains a ${name}, which this runtime lacks; read it with a runtime that has it`,
    { code: 'ERR_IDB_UNAVAILABLE_TYPE' },
  )
}
