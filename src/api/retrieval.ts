/** The reading methods that object stores and indexes share; checks in spec order. */
import { openCursor } from '../core/records/cursor.ts'
import { type Source, assertNotDeleted } from '../core/handles.ts'
import type { RecordKind } from '../core/records/result-readers.ts'
import type { Request } from '../core/request.ts'
import { countRecords, getAll, getKey, getValue } from '../core/records/retrieval.ts'
import { assertActive } from './assertions.ts'
import { optionalRange, requiredRange } from './convert-value-to-key-range.ts'
import {
  getAllArguments,
  getAllOptions,
  toCount,
  toDirection,
  toGetAllDictionary,
} from './get-all-options.ts'

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-get, https://w3c.github.io/IndexedDB/#dom-idbindex-get */
export function getRequest(source: Source, query: unknown): Request {
  assertReadable(source)
  return getValue(source, requiredRange(query))
}

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-getkey, https://w3c.github.io/IndexedDB/#dom-idbindex-getkey */
export function getKeyRequest(source: Source, query: unknown): Request {
  assertReadable(source)
  return getKey(source, requiredRange(query))
}

/** https://w3c.github.io/IndexedDB/#create-request-to-retrieve-multiple-items */
export function getAllRequest(
  source: Source,
  kind: RecordKind,
  queryOrOptions: unknown,
  count?: unknown,
): Request {
  const limit = toCount(count)
  assertReadable(source)
  return getAll(source, kind, getAllArguments(queryOrOptions, limit))
}

/**
 * https://w3c.github.io/IndexedDB/#dom-idbobjectstore-getallrecords, https://w3c.github.io/IndexedDB/#dom-idbindex-getallrecords:
 * its argument is always a dictionary, which WebIDL converts before anything is checked.
 */
export function getAllRecordsRequest(source: Source, options: unknown): Request {
  const dictionary = toGetAllDictionary(options, 'options')
  assertReadable(source)
  return getAll(source, 'record', getAllOptions(dictionary))
}

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-count, https://w3c.github.io/IndexedDB/#dom-idbindex-count */
export function countRequest(source: Source, query: unknown): Request {
  assertReadable(source)
  return countRecords(source, optionalRange(query))
}

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-opencursor and its kin. */
export function openCursorRequest(
  source: Source,
  options: { query: unknown; direction: unknown; keyOnly: boolean },
): Request {
  const direction = toDirection(options.direction)
  assertReadable(source)
  const { keyOnly } = options
  return openCursor(source, { range: optionalRange(options.query), direction, keyOnly })
}

function assertReadable(source: Source): void {
  assertNotDeleted(source.store)
  assertNotDeleted(source)
  assertActive(source.transaction)
}
