/** Cursors. https://w3c.github.io/IndexedDB/#cursor-interface */
import { Cursor, type Step, iterateCursor } from '../core/records/cursor.ts'
import { IndexHandle, assertNotDeleted } from '../core/handles.ts'
import { deleteCurrentRecord, updateCurrentRecord } from '../core/records/add-or-put.ts'
import { domException } from '../errors.ts'
import { type Direction, isForward } from '../keys/direction.ts'
import { compareKeys } from '../keys/key.ts'
import { assertActive, assertWritable } from './assertions.ts'
import { type IDBRequest, requestHandle } from './IDBRequest.ts'
import { defineInspection } from './webidl/inspect.ts'
import { requiredKey } from './convert-value-to-key-range.ts'
import { defineInterface, requireArguments, toUnsignedLong } from './webidl/webidl.ts'
import { defineWrapper, wrapValue } from './webidl/wrapper.ts'
import { Handover } from './webidl/handover.ts'

const handover = new Handover<Cursor>()
let coreOf: (handle: IDBCursor) => Cursor

/** https://w3c.github.io/IndexedDB/#idbcursor */
export class IDBCursor {
  readonly #cursor: Cursor

  static {
    coreOf = (handle) => handle.#cursor
  }

  constructor() {
    this.#cursor = handover.take()
  }

  get source(): unknown {
    return wrapValue(this.#cursor.source)
  }

  get direction(): Direction {
    return this.#cursor.direction
  }

  get key(): unknown {
    return this.#cursor.key
  }

  get primaryKey(): unknown {
    return this.#cursor.primaryKey
  }

  get request(): unknown {
    return requestHandle(this.#cursor.request)
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbcursor-advance */
  advance(count: number): void {
    requireArguments(arguments.length, 1, 'IDBCursor.advance')
    const cursor = this.#cursor
    const steps = toUnsignedLong(count, 'count')
    if (steps === 0) throw new TypeError('count is 0: a cursor advances by 1 record or more')
    assertActive(cursor.transaction)
    assertSourceExists(cursor)
    assertGotValue(cursor)
    iterateCursor(cursor, { skip: steps - 1, key: null, primaryKey: null })
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbcursor-continue */
  continue(key: unknown = undefined): void {
    const cursor = this.#cursor
    assertActive(cursor.transaction)
    assertSourceExists(cursor)
    assertGotValue(cursor)
    // Deviates: null is no key and would throw; browsers go to the next record, as without a key.
    if (key === undefined || key === null) return iterateCursor(cursor, nextRecord)
    const step = { ...nextRecord, key: requiredKey(key, 'The key') }
    assertStillThere(cursor)
    if (orderAhead(cursor, step.key) <= 0) throw notAhead('key')
    iterateCursor(cursor, step)
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbcursor-continueprimarykey */
  continuePrimaryKey(key: unknown, primaryKey: unknown): void {
    requireArguments(arguments.length, 2, 'IDBCursor.continuePrimaryKey')
    const cursor = this.#cursor
    assertActive(cursor.transaction)
    assertSourceExists(cursor)
    if (!(cursor.source instanceof IndexHandle)) {
      throw domException('InvalidAccessError', "The cursor's source is not an index")
    }
    if (cursor.direction !== 'next' && cursor.direction !== 'prev') {
      throw domException('InvalidAccessError', `The cursor's direction is "${cursor.direction}"`)
    }
    assertGotValue(cursor)
    const step = {
      skip: 0,
      key: requiredKey(key, 'The key'),
      primaryKey: requiredKey(primaryKey, 'The primary key'),
    }
    assertStillThere(cursor)
    const order = orderAhead(cursor, step.key)
    if (order < 0) throw notAhead('key')
    if (order === 0 && primaryOrderAhead(cursor, step.primaryKey) <= 0)
      throw notAhead('primary key')
    iterateCursor(cursor, step)
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbcursor-update */
  update(value: unknown): IDBRequest<unknown> {
    requireArguments(arguments.length, 1, 'IDBCursor.update')
    assertRecordWritable(this.#cursor)
    return requestHandle(updateCurrentRecord(this.#cursor, value))
  }

  /** Checks in spec order. https://w3c.github.io/IndexedDB/#dom-idbcursor-delete */
  delete(): IDBRequest<undefined> {
    assertRecordWritable(this.#cursor)
    return requestHandle(deleteCurrentRecord(this.#cursor))
  }
}

/** https://w3c.github.io/IndexedDB/#idbcursorwithvalue */
export class IDBCursorWithValue extends IDBCursor {
  get value(): unknown {
    return coreOf(this).value
  }
}

defineInterface(IDBCursor, 'IDBCursor')
defineInterface(IDBCursorWithValue, 'IDBCursorWithValue')
const shown = ['direction', 'key', 'primaryKey']
defineInspection(IDBCursor, 'IDBCursor', shown)
defineInspection(IDBCursorWithValue, 'IDBCursorWithValue', [...shown, 'value'])

const nextRecord: Step = { skip: 0, key: null, primaryKey: null }

defineWrapper(Cursor, (cursor) =>
  handover.make(cursor.keyOnly ? IDBCursor : IDBCursorWithValue, cursor),
)

function assertSourceExists({ source }: Cursor): void {
  assertNotDeleted(source.store)
  assertNotDeleted(source)
}

function assertGotValue({ gotValue }: Cursor): void {
  if (gotValue) return
  throw domException('InvalidStateError', 'The cursor is being iterated or is past its end')
}

/** Spec issue: once more, as script in a key may have moved the cursor or deleted its source. */
function assertStillThere(cursor: Cursor): void {
  assertSourceExists(cursor)
  assertGotValue(cursor)
}

function assertRecordWritable(cursor: Cursor): void {
  assertActive(cursor.transaction)
  assertWritable(cursor.transaction)
  assertSourceExists(cursor)
  assertGotValue(cursor)
  if (cursor.keyOnly)
    throw domException('InvalidStateError', 'The cursor is a key cursor: it cannot change records')
}

/** Positive when `key` lies ahead of the cursor in its direction, 0 at its key. */
function orderAhead({ position, direction }: Cursor, key: Uint8Array): number {
  if (!position) throw new Error('unreachable: the cursor has a value but no position')
  const order = compareKeys(key, position.key)
  return isForward(direction) ? order : -order
}

function primaryOrderAhead({ position, direction }: Cursor, primaryKey: Uint8Array): number {
  if (!position) throw new Error('unreachable: the cursor has a value but no position')
  const order = compareKeys(primaryKey, position.primaryKey)
  return isForward(direction) ? order : -order
}

function notAhead(name: string): DOMException {
  return domException('DataError', `The ${name} is not ahead of the cursor's position`)
}
