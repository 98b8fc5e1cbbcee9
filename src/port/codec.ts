/**
 * How calls and answers are packed into parcels. The frequent ones have a form of their own, which begins with its number in
 * `Form`; all others are sent as the objects they are.
 */
import { append } from '../base/own-property.ts'
import { demand, Malformed } from './malformed.ts'
import type { ParcelReader, ParcelWriter } from './parcel.ts'
import { answerOf } from './answers.ts'
import { callOf } from './calls.ts'
import { readMark, writeMark } from './mark.ts'
import type { Answer, Call } from './messages.ts'
import { directions } from '../keys/direction.ts'
import type { EncodedRange } from '../keys/key-range.ts'
import type {
  Durability,
  Operation,
  OperationResult,
  PutOperation,
  RecordBytes,
  ScanOperation,
} from '../protocol/protocol.ts'

const Form = {
  object: 0,
  createTransaction: 1,
  put: 2,
  scan: 3,
  deleteRange: 4,
  commit: 5,
  record: 6,
  done: 7,
  doneWithNumber: 8,
  doneWithBytes: 9,
  committed: 10,
  offerCommit: 11,
  markedCommit: 12,
  markedOffer: 13,
  ack: 14,
  longRecord: 15,
  part: 16,
  piece: 17,
} as const

type CreateTransaction = Extract<Call, { type: 'createTransaction' }>

// Sent as their index in these lists; what resumes is sent by the number of the modes more.
const modes = ['readonly', 'readwrite'] as const
const durabilities: readonly Durability[] = ['default', 'relaxed', 'strict']

export function writeCall(call: Call, parcel: ParcelWriter): void {
  switch (call.type) {
    case 'createTransaction':
      return writeCreateTransaction(call, parcel)
    case 'execute':
      return writeExecute(call.id, call.operation, parcel)
    case 'commit':
    case 'offerCommit':
      return writeCommit(call, parcel)
    case 'ack':
      parcel.number(Form.ack)
      return parcel.number(call.parcels)
    default:
      return writeObject(call, parcel)
  }
}

/** @throws Malformed for what is not a call */
export function readCall(parcel: ParcelReader): Call {
  const form = parcel.number()
  if (form === Form.object) return callOf(parcel.object())
  if (form === Form.ack) return { type: 'ack', id: 0, parcels: parcel.integer(1) }
  const id = parcel.integer(1)
  switch (form) {
    case Form.createTransaction:
      return readCreateTransaction(id, parcel)
    case Form.put:
      return { type: 'execute', id, operation: readPut(parcel) }
    case Form.scan:
      return { type: 'execute', id, operation: readScan(parcel) }
    case Form.deleteRange: {
      const storeId = parcel.integer(1)
      return {
        type: 'execute',
        id,
        operation: { type: 'deleteRange', storeId, range: readRange(parcel) },
      }
    }
    case Form.commit:
      return readCommit('commit', id, parcel)
    case Form.markedCommit:
      return readMarkedCommit('commit', id, parcel)
    case Form.offerCommit:
      return readCommit('offerCommit', id, parcel)
    case Form.markedOffer:
      return readMarkedCommit('offerCommit', id, parcel)
    default:
      throw new Malformed('is not a known call')
  }
}

type CommitCall = Extract<Call, { type: 'commit' | 'offerCommit' }>

// By their type: without and with a mark.
const commitForms = {
  commit: [Form.commit, Form.markedCommit],
  offerCommit: [Form.offerCommit, Form.markedOffer],
} as const

function writeCommit({ type, id, failuresSeen, mark }: CommitCall, parcel: ParcelWriter): void {
  parcel.number(commitForms[type][mark ? 1 : 0])
  parcel.number(id)
  parcel.number(failuresSeen)
  if (mark) writeMark(mark, parcel)
}

function readCommit(type: CommitCall['type'], id: number, parcel: ParcelReader): CommitCall {
  return { type, id, failuresSeen: parcel.integer(0), mark: undefined }
}

function readMarkedCommit(type: CommitCall['type'], id: number, parcel: ParcelReader): CommitCall {
  return { type, id, failuresSeen: parcel.integer(0), mark: readMark(parcel) }
}

export function writeAnswer(answer: Answer, parcel: ParcelWriter): void {
  switch (answer.type) {
    case 'record':
      parcel.number(Form.record)
      return writeRecord(answer.id, answer.record, parcel)
    case 'longRecord':
      parcel.number(Form.longRecord)
      writeRecord(answer.id, answer.record, parcel)
      return parcel.number(answer.sizeBytes)
    case 'part':
      parcel.number(Form.part)
      return writeRecord(answer.id, answer.record, parcel)
    case 'piece':
      parcel.number(Form.piece)
      parcel.number(answer.id)
      return parcel.give(answer.bytes)
    case 'done':
      return writeDone(answer.id, answer.result, parcel)
    case 'committed':
      parcel.number(Form.committed)
      return parcel.number(answer.id)
    default:
      return writeObject(answer, parcel)
  }
}

/** @throws Malformed for what is not an answer */
export function readAnswer(parcel: ParcelReader): Answer {
  const form = parcel.number()
  if (form === Form.object) return answerOf(parcel.object())
  const id = parcel.integer(1)
  switch (form) {
    case Form.record:
      return { type: 'record', id, record: readRecord(parcel) }
    case Form.longRecord:
      return {
        type: 'longRecord',
        id,
        // Evaluated in the order of writing.
        record: readRecord(parcel),
        sizeBytes: parcel.integer(1),
      }
    case Form.part:
      return { type: 'part', id, record: readRecord(parcel) }
    case Form.piece:
      return { type: 'piece', id, bytes: readPiece(parcel) }
    case Form.done:
      return { type: 'done', id, result: undefined }
    case Form.doneWithNumber:
      return { type: 'done', id, result: parcel.integer(0) }
    case Form.doneWithBytes:
      return { type: 'done', id, result: parcel.bytes() }
    case Form.committed:
      return { type: 'committed', id }
    default:
      throw new Malformed('is not a known answer')
  }
}

function writeObject(message: Call | Answer, parcel: ParcelWriter): void {
  parcel.number(Form.object)
  parcel.object(message)
}

function writeCreateTransaction(call: CreateTransaction, parcel: ParcelWriter): void {
  const { id, connection, storeIds, mode, durability, resumes } = call
  parcel.number(Form.createTransaction)
  parcel.number(id)
  parcel.number(connection)
  parcel.number(modes.indexOf(mode) + (resumes ? modes.length : 0))
  parcel.number(durabilities.indexOf(durability))
  parcel.number(storeIds.length)
  for (const storeId of storeIds) parcel.number(storeId)
}

function readCreateTransaction(id: number, parcel: ParcelReader): CreateTransaction {
  const connection = parcel.integer(1)
  const modeNumber = parcel.number()
  const resumes = modeNumber >= modes.length
  const mode = entryOf(modes, resumes ? modeNumber - modes.length : modeNumber)
  const durability = entryOf(durabilities, parcel.number())
  const storeIds = readNumbers(parcel)
  return { type: 'createTransaction', id, connection, storeIds, mode, durability, resumes }
}

function writeExecute(id: number, operation: Operation, parcel: ParcelWriter): void {
  switch (operation.type) {
    case 'put':
      parcel.number(Form.put)
      parcel.number(id)
      return writePut(operation, parcel)
    case 'scan':
      parcel.number(Form.scan)
      parcel.number(id)
      return writeScan(operation, parcel)
    case 'deleteRange':
      parcel.number(Form.deleteRange)
      parcel.number(id)
      parcel.number(operation.storeId)
      return writeRange(operation.range, parcel)
    default:
      return writeObject({ type: 'execute', id, operation }, parcel)
  }
}

function writePut(operation: PutOperation, parcel: ParcelWriter): void {
  const { storeId, key, value, indexKeys, overwrite, generated } = operation
  parcel.number(storeId)
  parcel.bytes(key)
  parcel.value(value)
  parcel.bytes(indexKeys)
  parcel.number(overwrite ? 1 : 0)
  if (!generated) return
  parcel.number(generated.valueOffset)
  parcel.number(generated.indexKeyOffsets.length)
  for (const offset of generated.indexKeyOffsets) parcel.number(offset)
}

function readPut(parcel: ParcelReader): PutOperation {
  const storeId = parcel.integer(1)
  const key = parcel.optionalBytes()
  const value = parcel.value()
  const indexKeys = parcel.optionalBytes()
  const overwrite = parcel.boolean()
  const generated =
    key === null ? { valueOffset: parcel.integer(-1), indexKeyOffsets: readNumbers(parcel) } : null
  return { type: 'put', storeId, key, value, indexKeys, overwrite, generated }
}

function writeScan(scan: ScanOperation, parcel: ParcelWriter): void {
  const { after } = scan
  parcel.number(scan.storeId)
  parcel.number(scan.indexId)
  writeRange(scan.range, parcel)
  parcel.number(directions.indexOf(scan.direction))
  parcel.bytes(after && after.key)
  if (after) parcel.bytes(after.primaryKey)
  parcel.number(scan.inclusive ? 1 : 0)
  parcel.number(scan.skip)
  parcel.number(scan.limit)
  parcel.number(scan.limitBytes)
  parcel.number(scan.withValues ? 1 : 0)
}

function readScan(parcel: ParcelReader): ScanOperation {
  return {
    type: 'scan',
    // Evaluated in the order of writing.
    storeId: parcel.integer(1),
    indexId: parcel.integer(0),
    range: readRange(parcel),
    direction: entryOf(directions, parcel.number()),
    after: readPosition(parcel),
    inclusive: parcel.boolean(),
    skip: parcel.integer(0),
    limit: readLimit(parcel),
    limitBytes: readLimit(parcel),
    withValues: parcel.boolean(),
    withKeys: undefined,
    // Own members, so that none is inherited.
    part: undefined,
    longestValue: undefined,
  }
}

function readPosition(parcel: ParcelReader): ScanOperation['after'] {
  const key = parcel.optionalBytes()
  return key && { key, primaryKey: parcel.bytes() }
}

function writeRange({ lower, upper }: EncodedRange, parcel: ParcelWriter): void {
  parcel.bytes(lower)
  parcel.bytes(upper)
}

function readRange(parcel: ParcelReader): EncodedRange {
  return { lower: parcel.bytes(), upper: parcel.optionalBytes() }
}

/** As one byte string: key, primary key, value. In a store both keys are the same, and are sent once. */
function writeRecord(id: number, record: RecordBytes, parcel: ParcelWriter): void {
  const { bytes, keyStart, keyEnd, primaryKeyStart, primaryKeyEnd, valueStart, valueEnd } = record
  const keyLength = keyEnd - keyStart
  const primaryKeyLength = primaryKeyStart === keyStart ? 0 : primaryKeyEnd - primaryKeyStart
  parcel.number(id)
  parcel.number(keyLength)
  parcel.number(primaryKeyLength)
  parcel.begin(keyLength + primaryKeyLength + valueEnd - valueStart)
  parcel.append(bytes, keyStart, keyEnd)
  if (primaryKeyLength > 0) parcel.append(bytes, primaryKeyStart, primaryKeyEnd)
  parcel.append(bytes, valueStart, valueEnd)
}

function readRecord(parcel: ParcelReader): RecordBytes {
  const keyLength = parcel.integer(0)
  const primaryKeyLength = parcel.integer(0)
  const length = parcel.find()
  demand(keyLength + primaryKeyLength <= length, 'is a record that lacks bytes')
  const { found, foundStart } = parcel
  const keyEnd = foundStart + keyLength
  const valueStart = keyEnd + primaryKeyLength
  return {
    bytes: found,
    keyStart: foundStart,
    keyEnd,
    primaryKeyStart: primaryKeyLength === 0 ? foundStart : keyEnd,
    primaryKeyEnd: valueStart,
    valueStart,
    valueEnd: foundStart + length,
    long: undefined,
  }
}

/** One that fills its buffer can be sent on. */
function readPiece(parcel: ParcelReader): Uint8Array<ArrayBuffer> {
  const bytes = parcel.bytes()
  demand(bytes.length > 0, 'is a piece without bytes')
  return bytes.length === bytes.buffer.byteLength
    ? (bytes as Uint8Array<ArrayBuffer>)
    : bytes.slice()
}

function writeDone(id: number, result: OperationResult, parcel: ParcelWriter): void {
  const isNumber = typeof result === 'number'
  parcel.number(isNumber ? Form.doneWithNumber : result ? Form.doneWithBytes : Form.done)
  parcel.number(id)
  if (isNumber) parcel.number(result)
  else if (result) parcel.bytes(result)
}

/** A list of integers. It grows as they are read: its length is input, and no room is made for it in advance. */
function readNumbers(parcel: ParcelReader): number[] {
  const numbers: number[] = []
  for (let left = parcel.integer(0); left > 0; left--) append(numbers, parcel.integer(0))
  return numbers
}

function readLimit(parcel: ParcelReader): number {
  const limit = parcel.number()
  demand(limit === Infinity || (Number.isSafeInteger(limit) && limit > 0), 'has no such limit')
  return limit
}

function entryOf<Entry>(list: readonly Entry[], place: number): Entry {
  const entry = list[place]
  demand(entry !== undefined, 'has an unknown choice')
  return entry
}
