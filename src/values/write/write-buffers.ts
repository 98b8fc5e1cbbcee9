import type { ByteWriter } from '../../bytes/byte-writer.ts'
import { Tag, viewKinds } from '../format.ts'
import {
  bufferByteLength,
  bufferMaxByteLength,
  bufferResizable,
  bufferResize,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  typedArrayAt,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayLength,
  typedArrayName,
} from '../platform-objects/intrinsics.ts'
import { refused } from './refuse.ts'
import type { Children } from './write-state.ts'

/** No element is larger, so that a view that reaches its buffer's end leaves less than this. */
const probeSize = 8

/** Writes an ArrayBuffer with its bytes. */
export function writeArrayBuffer(out: ByteWriter, value: object): void {
  // `as`: the caller knows the brand.
  const buffer = value as ArrayBuffer
  const size = bufferByteLength(buffer)
  if (size === 0 && isDetached(buffer)) {
    throw refused(value, 'A detached ArrayBuffer')
  }
  const isResizable = bufferResizable?.(buffer) ?? false
  out.byte(isResizable ? Tag.resizableArrayBuffer : Tag.arrayBuffer)
  out.uint(size)
  if (isResizable && bufferMaxByteLength) out.uint(bufferMaxByteLength(buffer))
  out.block(new Uint8Array(buffer, 0, size))
}

/** Writes a typed array or DataView; its child is its buffer, the whole of it, as the standard has it. */
export function* writeView(out: ByteWriter, view: object): Children {
  const { kind, buffer, byteOffset, length } = viewLayout(view)
  out.byte(Tag.view)
  out.byte(viewKinds.indexOf(kind))
  yield buffer
  out.uint(byteOffset)
  out.uint(length === undefined ? 0 : length + 1)
}

/** What a view shows of its buffer; `length` is undefined where it follows the buffer's. */
export interface ViewLayout extends Omit<ViewMeasures, 'length'> {
  readonly length: number | undefined
}

/** @throws DataCloneError if the view is over shared memory, detached or out of bounds */
export function viewLayout(view: object): ViewLayout {
  const measures = measureView(view)
  const { kind, buffer } = measures
  if (isShared(buffer)) throw refused(view, `A ${kind} over shared memory`)
  return isLengthTracking(view, buffer, measures) ? { ...measures, length: undefined } : measures
}

interface ViewMeasures {
  readonly kind: (typeof viewKinds)[number]
  readonly buffer: ArrayBuffer
  readonly byteOffset: number
  readonly byteLength: number
  /** In elements; of a DataView: in bytes. */
  readonly length: number
}

function measureView(view: object): ViewMeasures {
  const kind = typedArrayName(view) ?? 'DataView'
  if (!isViewKind(kind)) throw refused(view, `A ${kind}`)
  try {
    return kind === 'DataView' ? measureDataView(view) : measureTypedArray(view, kind)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw refused(view, `A detached or out-of-bounds ${kind}`)
  }
}

function isViewKind(name: string): name is (typeof viewKinds)[number] {
  return (viewKinds as readonly string[]).includes(name)
}

function measureDataView(view: object): ViewMeasures {
  const byteLength = dataViewByteLength(view)
  return {
    kind: 'DataView',
    buffer: dataViewBuffer(view) as ArrayBuffer, // shared ones are refused by the caller
    byteOffset: dataViewByteOffset(view),
    byteLength,
    length: byteLength,
  }
}

function measureTypedArray(view: object, kind: ViewMeasures['kind']): ViewMeasures {
  typedArrayAt(view, 0) // throws when out of bounds; the getters would just say 0
  return {
    kind,
    buffer: typedArrayBuffer(view) as ArrayBuffer, // shared ones are refused by the caller
    byteOffset: typedArrayByteOffset(view),
    byteLength: typedArrayByteLength(view),
    length: typedArrayLength(view),
  }
}

/**
 * Whether the view's length follows its resizable buffer's. Nothing says so directly: the buffer is resized for a
 * moment, which no script can see, and put back.
 */
function isLengthTracking(view: object, buffer: ArrayBuffer, measures: ViewMeasures): boolean {
  if (bufferResize === null || !bufferResizable?.(buffer) || !bufferMaxByteLength) return false
  const size = bufferByteLength(buffer)
  const end = measures.byteOffset + measures.byteLength
  if (end + probeSize <= size) return false
  if (size + probeSize <= bufferMaxByteLength(buffer)) {
    bufferResize(buffer, size + probeSize)
    const grew = measureView(view).byteLength > measures.byteLength
    bufferResize(buffer, size)
    return grew
  }
  if (measures.byteLength === 0) return false
  // No room to grow: when the last byte goes, a fixed-length view is out of bounds, a tracking one gets shorter.
  const tail = new Uint8Array(buffer).slice(end - 1)
  bufferResize(buffer, end - 1)
  const fits = !isOutOfBounds(view)
  bufferResize(buffer, size)
  new Uint8Array(buffer).set(tail, end - 1)
  return fits
}

function isOutOfBounds(view: object): boolean {
  try {
    if (typedArrayName(view) === undefined) dataViewByteLength(view)
    else typedArrayAt(view, 0)
    return false
  } catch {
    // The answer, not a failure.
    return true
  }
}

function isDetached(buffer: ArrayBuffer): boolean {
  try {
    return new Uint8Array(buffer).length > 0
  } catch {
    // The answer, not a failure: no view of a detached buffer can be made.
    return true
  }
}

function isShared(buffer: unknown): boolean {
  try {
    bufferByteLength(buffer)
    return false
  } catch {
    // The answer, not a failure: the getter refuses what is not an ArrayBuffer.
    return true
  }
}
