/** Requests that read, count or delete by key range, on an object store or an index alike. */
import type { Direction } from '../../keys/direction.ts'
import { type KeyRange, encodeRange } from '../../keys/key-range.ts'
import type { ScanOperation } from '../../protocol/protocol.ts'
import type { Cursor } from './cursor.ts'
import type { ObjectStoreHandle, Source } from '../handles.ts'
import {
  type RecordKind,
  clearedReader,
  countReader,
  keyReader,
  listReaders,
  nothingReader,
  valueReader,
} from './result-readers.ts'
import { Request, type ResultReader } from '../request.ts'
import { executeRequest } from '../execute-request.ts'

/** Value of the first record in range. https://w3c.github.io/IndexedDB/#object-store-retrieval-operation */
export function getValue(source: Source, range: KeyRange): Request {
  return readRecords(source, valueReader, {
    range,
    limit: 1,
    direction: 'next',
    parts: valuesAlone,
  })
}

/** Object store key of the first record in range. https://w3c.github.io/IndexedDB/#index-retrieval-operation */
export function getKey(source: Source, range: KeyRange): Request {
  return readRecords(source, keyReader, { range, limit: 1, direction: 'next', parts: keysAlone })
}

/** https://w3c.github.io/IndexedDB/#create-request-to-retrieve-multiple-items; `limit` may be Infinity. */
export function getAll(
  source: Source,
  kind: RecordKind,
  options: { range: KeyRange; limit: number; direction: Direction },
): Request {
  const parts = kind === 'value' ? valuesAlone : kind === 'key' ? keysAlone : wholeRecords
  return readRecords(source, listReaders[kind], { ...options, parts })
}

/** What of each record is read. */
type RecordParts = Pick<ScanOperation, 'withValues' | 'withKeys'>

const valuesAlone: RecordParts = { withValues: true, withKeys: false }
const keysAlone: RecordParts = { withValues: false, withKeys: undefined }
const wholeRecords: RecordParts = { withValues: true, withKeys: undefined }

function readRecords(
  source: Source,
  reader: ResultReader,
  options: { range: KeyRange; limit: number; direction: Direction; parts: RecordParts },
): Request {
  const { storeId, indexId, transaction } = source
  const { range, limit, direction, parts } = options
  return executeRequest(new Request(source, transaction, reader), {
    type: 'scan',
    storeId,
    indexId,
    range: encodeRange(range),
    direction,
    after: null,
    inclusive: false,
    skip: 0,
    limit,
    limitBytes: Infinity,
    withValues: parts.withValues,
    withKeys: parts.withKeys,
    // Own members, so that none is inherited.
    part: undefined,
    longestValue: undefined,
  })
}

/** https://w3c.github.io/IndexedDB/#record-counting-operation */
export function countRecords(source: Source, range: KeyRange): Request {
  const { storeId, indexId, transaction } = source
  const request = new Request(source, transaction, countReader)
  return executeRequest(request, { type: 'count', storeId, indexId, range: encodeRange(range) })
}

/** https://w3c.github.io/IndexedDB/#object-store-deletion-operation; `source` is what the request names as its own. */
export function deleteRecords(
  source: ObjectStoreHandle | Cursor,
  store: ObjectStoreHandle,
  range: KeyRange,
): Request {
  store.writeCount++
  const { storeId, transaction } = store
  const request = new Request(source, transaction, nothingReader)
  return executeRequest(request, { type: 'deleteRange', storeId, range: encodeRange(range) })
}

/** https://w3c.github.io/IndexedDB/#object-store-clear-operation */
export function clearObjectStore(store: ObjectStoreHandle): Request {
  store.writeCount++
  const { storeId, transaction } = store
  return executeRequest(new Request(store, transaction, clearedReader), { type: 'clear', storeId })
}
