import type { ByteReader } from '../../bytes/byte-reader.ts'
import { corrupt, unsupportedType } from '../corrupt.ts'
import { viewKinds } from '../format.ts'
import { bufferByteLength, bufferResize } from '../platform-objects/intrinsics.ts'
import type { Reading, ReadState } from './read-state.ts'

type ViewConstructor = new (buffer: ArrayBuffer, byteOffset: number, length?: number) => object

/** At the position of its kind byte: taken when the module loads. Some runtimes lack some. */
const constructors = viewKinds.map(
  // `as`: not every name is known to TypeScript.
  (kind) => (globalThis as unknown as Record<string, ViewConstructor | undefined>)[kind],
)

export function readArrayBuffer(reader: ByteReader): ArrayBuffer {
  return reader.block(reader.count()).buffer
}

export function readResizableArrayBuffer(reader: ByteReader): ArrayBuffer {
  if (bufferResize === null) throw unsupportedType('resizable ArrayBuffer')
  const size = reader.uint()
  const maxByteLength = reader.uint()
  const bytes = reader.block(size)
  const buffer = newResizableBuffer(size, maxByteLength)
  new Uint8Array(buffer).set(bytes)
  return buffer
}

/** Reads a typed array or DataView. */
export function* readView(state: ReadState): Reading {
  const { reader } = state
  const kind = reader.byte()
  const name = viewKinds[kind]
  if (name === undefined) throw corrupt('an unknown kind of view')
  const constructor = constructors[kind]
  if (constructor === undefined) throw unsupportedType(name)
  const id = state.reserve()
  const buffer = asBuffer(yield)
  const byteOffset = reader.uint()
  const lengthPlus1 = reader.uint()
  const length = lengthPlus1 === 0 ? undefined : lengthPlus1 - 1
  try {
    return state.fill(id, new constructor(buffer, byteOffset, length))
  } catch (cause) {
    throw corrupt(`a ${name} does not fit its buffer (${String(cause)})`)
  }
}

function asBuffer(value: unknown): ArrayBuffer {
  try {
    bufferByteLength(value)
    return value as ArrayBuffer // the getter has accepted it
  } catch {
    throw corrupt('a view without a buffer')
  }
}

function newResizableBuffer(size: number, maxByteLength: number): ArrayBuffer {
  try {
    const options = { maxByteLength }
    // `as`: TypeScript's es2023 library has no second parameter yet.
    return new (ArrayBuffer as new (size: number, options: object) => ArrayBuffer)(size, options)
  } catch (cause) {
    throw corrupt(`a resizable ArrayBuffer of ${maxByteLength} bytes (${String(cause)})`)
  }
}
