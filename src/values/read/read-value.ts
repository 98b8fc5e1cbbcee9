import { corrupt } from '../corrupt.ts'
import { shortLimit, Tag } from '../format.ts'
import { arrayFrom, arraySlice, mapSet, setAdd } from '../platform-objects/intrinsics.ts'
import { readArrayBuffer, readResizableArrayBuffer, readView } from './read-buffers.ts'
import {
  readBlob,
  readCryptoKey,
  readDomException,
  readFileList,
  readKept,
  readParts,
} from './read-platform-objects.ts'
import { readError } from './read-errors.ts'
import { defineValue, readShape } from './read-shape.ts'
import { absent, present, type Reading, type ReadState } from './read-state.ts'
import { readInteger, readShortString, readString, readStringOf } from './read-items.ts'

/** Objects nested deeper than this are read with a stack of our own, so that no depth exhausts JavaScript's. */
const recursionLimit = 64

/**
 * Reads an item. `depth` counts the objects it lies in.
 * https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize
 */
export function readValue(state: ReadState, depth: number): unknown {
  const { reader } = state
  const tag = reader.byte()
  // The most frequent items first.
  if (tag >= Tag.smallInteger) return tag & shortLimit
  if (tag >= Tag.shortString) return readShortString(reader, tag)
  if (tag < Tag.object) return readLeaf(state, tag)
  if (depth < recursionLimit) {
    if (tag === Tag.object) return readObject(state, depth)
    if (tag === Tag.denseArray) return readDenseArray(state, depth)
  }
  const reading = beginObject(state, tag)
  if (reading === null) return readLeaf(state, tag)
  return depth < recursionLimit ? finish(state, reading, depth) : finishNested(state, reading)
}

/** Reads the children of an object, and theirs, with JavaScript's stack. */
function finish(state: ReadState, reading: Reading, depth: number): unknown {
  let step = reading.next()
  while (!step.done) step = reading.next(readValue(state, depth + 1))
  return step.value
}

/** An object being read, and the one it lies in. */
interface Frame {
  readonly reading: Reading
  readonly outer: Frame | null
}

/** The same with a stack of our own. */
function finishNested(state: ReadState, outermost: Reading): unknown {
  let top: Frame | null = { reading: outermost, outer: null }
  let item: unknown
  while (top !== null) {
    const { done, value } = top.reading.next(item)
    if (done) {
      top = top.outer
      item = value
      continue
    }
    const tag = state.reader.byte()
    const reading = beginObject(state, tag)
    if (reading) top = { reading, outer: top }
    else item = readLeaf(state, tag)
  }
  return item
}

/** Starts an object with children; null for all other items. */
function beginObject(state: ReadState, tag: number): Reading | null {
  switch (tag) {
    case Tag.object:
      return objectReading(state)
    case Tag.denseArray:
      return denseArrayReading(state)
    case Tag.array:
      return arrayReading(state)
    case Tag.map:
      return mapReading(state)
    case Tag.set:
      return setReading(state)
    case Tag.error:
      return readError(state)
    case Tag.view:
      return readView(state)
    case Tag.fileList:
      return readFileList(state)
    case Tag.platformObject:
      return readParts(state)
    case Tag.cryptoKey:
      return readCryptoKey(state)
    default:
      return null
  }
}

function readLeaf(state: ReadState, tag: number): unknown {
  const { reader } = state
  if (tag >= Tag.smallInteger) return tag & shortLimit
  if (tag >= Tag.shortString) return readShortString(reader, tag)
  switch (tag) {
    case Tag.absent:
      return absent
    case Tag.undefined:
      return undefined
    case Tag.null:
      return null
    case Tag.false:
      return false
    case Tag.true:
      return true
    case Tag.integer:
      return readInteger(reader)
    case Tag.number:
      return reader.float64()
    case Tag.bigint:
      return readBigint(state)
    case Tag.asciiString:
    case Tag.utf8String:
    case Tag.utf16String:
      return readStringOf(reader, tag)
    case Tag.reference:
      return state.referenced()
    default:
      return state.add(readLeafObject(state, tag))
  }
}

function readLeafObject(state: ReadState, tag: number): object {
  const { reader } = state
  switch (tag) {
    case Tag.falseObject:
      return Object(false) as object
    case Tag.trueObject:
      return Object(true) as object
    case Tag.numberObject:
      return Object(reader.float64()) as object
    case Tag.bigintObject:
      return Object(readBigint(state)) as object
    case Tag.stringObject:
      return Object(readString(reader)) as object
    case Tag.date:
      return new Date(reader.float64())
    case Tag.regExp:
      return readRegExp(readString(reader), readString(reader))
    case Tag.domException:
      return readDomException(reader)
    case Tag.arrayBuffer:
      return readArrayBuffer(reader)
    case Tag.resizableArrayBuffer:
      return readResizableArrayBuffer(reader)
    case Tag.blob:
    case Tag.file:
      return readBlob(state, { isFile: tag === Tag.file })
    case Tag.kept:
      return readKept(state)
    default:
      throw corrupt(`unknown tag 0x${tag.toString(16)}`)
  }
}

function readObject(state: ReadState, depth: number): unknown {
  const { keys, template } = readShape(state.reader)
  const object: Record<string, unknown> = { ...template }
  state.add(object)
  for (let i = 0; i < keys.length; i++) {
    setProperty(object, keys[i] as string, readValue(state, depth + 1), template !== null) // i < length
  }
  return object
}

function* objectReading(state: ReadState): Reading {
  const { keys, template } = readShape(state.reader)
  const object: Record<string, unknown> = state.add({ ...template })
  for (const key of keys) setProperty(object, key, yield, template !== null)
  return object
}

/** A property that exists already can just be set; defining costs more. */
function setProperty(
  object: Record<string, unknown>,
  key: string,
  value: unknown,
  exists: boolean,
): void {
  if (value === absent) delete object[key]
  else if (exists) object[key] = value
  else defineValue(object, key, value)
}

function readDenseArray(state: ReadState, depth: number): unknown {
  const length = state.reader.count()
  const array = state.add(newDenseArray(length))
  for (let i = 0; i < length; i++) setElement(array, i, readValue(state, depth + 1))
  return array
}

function* denseArrayReading(state: ReadState): Reading {
  const length = state.reader.count()
  const array = state.add(newDenseArray(length))
  for (let i = 0; i < length; i++) setElement(array, i, yield)
  return array
}

const undefinedElements: unknown[] = arrayFrom({ length: 64 })

/** An array whose elements exist, so that storing in them meets no setter on a prototype. Short ones as literals: half as dear. */
function newDenseArray(length: number): unknown[] {
  switch (length) {
    case 1:
      return [undefined]
    case 2:
      return [undefined, undefined]
    case 3:
      return [undefined, undefined, undefined]
    case 4:
      return [undefined, undefined, undefined, undefined]
  }
  return length <= undefinedElements.length
    ? arraySlice(undefinedElements, 0, length)
    : arrayFrom({ length })
}

function setElement(array: unknown[], index: number, value: unknown): void {
  if (value === absent) delete array[index]
  else array[index] = value
}

/** Beyond this an engine might reserve memory for elements that are not there. */
const sparseLength = 1024

function* arrayReading(state: ReadState): Reading {
  const { reader } = state
  const length = reader.uint()
  const count = reader.count(2)
  if (length > 0xffffffff) throw corrupt('an array is too long') // 2^32 - 1: the language's limit
  const array = state.add(newSparseArray(length))
  for (let i = 0; i < count; i++) {
    const key = readString(reader)
    const value: unknown = yield
    if (key === 'length') throw corrupt('an array with two lengths')
    if (value !== absent) defineValue(array, key, value)
  }
  return array
}

function newSparseArray(length: number): unknown[] {
  const array: unknown[] = []
  if (length > sparseLength) {
    // Engine: V8 reserves memory when the length is set, but not when a far element comes and goes.
    defineValue(array, String(length - 1), undefined)
    delete array[length - 1]
  } else {
    array.length = length
  }
  return array
}

function* mapReading(state: ReadState): Reading {
  const count = state.reader.count(2)
  const map = state.add(new Map<unknown, unknown>())
  for (let i = 0; i < count; i++) {
    const key = present(yield)
    mapSet(map, key, present(yield))
  }
  return map
}

function* setReading(state: ReadState): Reading {
  const count = state.reader.count()
  const set = state.add(new Set<unknown>())
  for (let i = 0; i < count; i++) setAdd(set, present(yield))
  return set
}

function readRegExp(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch (cause) {
    throw corrupt(`a regular expression this runtime does not understand (${String(cause)})`)
  }
}

function readBigint({ reader }: ReadState): bigint {
  const head = reader.uint()
  const size = Math.floor(head / 2)
  const start = reader.skip(size)
  let digits = ''
  for (let at = start + size - 1; at >= start; at--) {
    digits += (reader.bytes[at] as number).toString(16).padStart(2, '0') // skip() checked
  }
  const magnitude = newBigint(digits)
  return head % 2 === 1 ? -magnitude : magnitude
}

function newBigint(digits: string): bigint {
  try {
    return BigInt(digits === '' ? 0 : `0x${digits}`)
  } catch (cause) {
    throw corrupt(`a bigint is too long for this runtime (${String(cause)})`)
  }
}
