/** How the records and answers of an operation become results: one reader per kind of request. */
import { append } from '../../base/own-property.ts'
import { convertKeyToValue } from '../../keys/convert-key-to-value.ts'
import { deserialize, type LateValueReceiver } from '../../values/deserialize.ts'
import type { RecordBytes } from '../../protocol/protocol.ts'
import type { Request, ResultReader } from '../request.ts'

/** One result of `getAllRecords()`, before script sees it. https://w3c.github.io/IndexedDB/#record-interface */
export interface RecordResult {
  readonly key: unknown
  readonly primaryKey: unknown
  readonly value: unknown
}

/** What `getAll()`, `getAllKeys()` and `getAllRecords()` want of each record. */
export type RecordKind = 'value' | 'key' | 'record'

/** undefined: of `delete()`. */
export const nothingReader: ResultReader = {
  operation: 'delete',
  takesRecords: false,
  record: unexpectedRecord,
  result: () => undefined,
}

/** The same of `clear()`. */
export const clearedReader: ResultReader = { ...nothingReader, operation: 'clear' }

/** The number the host answers: of `count()`. */
export const countReader: ResultReader = {
  operation: 'count',
  takesRecords: false,
  record: unexpectedRecord,
  result: (request) => request.operationResult,
}

/** The key of a stored record: of `put()` and `update()`. `gathered` is the encoded key, unless the host generated one. */
export const storedKeyReader: ResultReader = {
  operation: 'put',
  takesRecords: false,
  record: unexpectedRecord,
  result: ({ operationResult, gathered }) =>
    convertKeyToValue((operationResult ?? gathered) as Uint8Array), // One of them is a key.
}

/** The same of `add()`. */
export const addedKeyReader: ResultReader = { ...storedKeyReader, operation: 'add' }

/** The first record's value, or undefined: of `get()`. */
export const valueReader: ResultReader = {
  operation: 'get',
  takesRecords: true,
  record: (request, record) => {
    request.gathered = valueOf(record, request)
  },
  result: (request) => request.gathered,
}

/** The first record's key in the object store, or undefined: of `getKey()`. */
export const keyReader: ResultReader = {
  operation: 'getKey',
  takesRecords: true,
  record: (request, record) => {
    request.gathered = primaryKeyOf(record)
  },
  result: (request) => request.gathered,
}

/** A list: of `getAll()` and its kin. */
export const listReaders: Readonly<Record<RecordKind, ResultReader>> = {
  value: listReader('getAll', valueOf),
  key: listReader('getAllKeys', primaryKeyOf),
  record: listReader('getAllRecords', (record, request): RecordResult => ({
    key: keyOf(record),
    primaryKey: primaryKeyOf(record),
    value: valueOf(record, request),
  })),
}

function listReader(
  operation: string,
  read: (record: RecordBytes, request: Request) => unknown,
): ResultReader {
  return {
    operation,
    takesRecords: true,
    record: (request, record) => {
      if (Array.isArray(request.gathered)) append(request.gathered, read(record, request))
      else request.gathered = [read(record, request)]
    },
    result: (request) => request.gathered ?? [],
  }
}

/** The record's value, deserialized for a request, which waits if that takes time. */
export function valueOf(
  { bytes, valueStart, valueEnd }: RecordBytes,
  request: LateValueReceiver,
): unknown {
  return deserialize(bytes, valueStart, valueEnd, request)
}

function keyOf({ bytes, keyStart, keyEnd }: RecordBytes): unknown {
  return convertKeyToValue(bytes, keyStart, keyEnd)
}

function primaryKeyOf({ bytes, primaryKeyStart, primaryKeyEnd }: RecordBytes): unknown {
  return convertKeyToValue(bytes, primaryKeyStart, primaryKeyEnd)
}

function unexpectedRecord(_request: Request, _record: RecordBytes): void {
  throw new Error('unreachable: an operation without records has answered with one')
}
