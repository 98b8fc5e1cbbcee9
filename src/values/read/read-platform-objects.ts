import { domException, type DOMExceptionName, quotaExceededError } from '../../errors.ts'
import { findKept } from '../../kept-objects/kept-store.ts'
import type { ByteReader } from '../../bytes/byte-reader.ts'
import { corrupt, unsupportedType } from '../corrupt.ts'
import { type CryptoKeyParts, importCryptoKey } from '../platform-objects/crypto-keys.ts'
import { partsClasses } from '../platform-objects/geometry.ts'
import { append } from '../../base/own-property.ts'
import { isArray, isView } from '../platform-objects/intrinsics.ts'
import { fileTime, platformClasses } from '../platform-objects/platform.ts'
import { setStack } from './read-errors.ts'
import { present, type Reading, type ReadState } from './read-state.ts'
import { readOptionalString, readString } from './read-items.ts'

export function readDomException(reader: ByteReader): DOMException {
  // `as`: a stored exception may have any name.
  const name = readString(reader) as DOMExceptionName
  const exception = domException(name, readString(reader))
  setStack(exception, readOptionalString(reader))
  return exception
}

/** Reads a Blob or File; its bytes come from the end of the value. */
export function readBlob(state: ReadState, { isFile }: { isFile: boolean }): object {
  const { reader } = state
  const type = readString(reader)
  const position = reader.uint()
  const size = reader.uint()
  const name = isFile ? readString(reader) : ''
  const lastModified = isFile ? reader.float64() : 0
  if (state.pendingBlobs) return nextPendingBlob(state, state.pendingBlobs)
  const bytes = blobBytes(state, position, size)
  const { Blob, File } = platformClasses
  if (isFile) {
    if (!File) throw unsupportedType('File')
    return new File([bytes], name, { type, lastModified })
  }
  if (!Blob) throw unsupportedType('Blob')
  return new Blob([bytes], { type })
}

export function* readFileList(state: ReadState): Reading {
  const { DataTransfer } = platformClasses
  if (!DataTransfer) throw unsupportedType('FileList')
  const id = state.reserve()
  const transfer = new DataTransfer()
  const count = state.reader.count()
  for (let i = 0; i < count; i++) {
    const file: unknown = yield
    if (fileTime(file) === undefined) throw corrupt('a FileList with something else in it')
    transfer.items.add(file as File) // its getter has answered
  }
  return state.fill(id, transfer.files)
}

/** The parts are message, stack, quota and what was requested. */
function quotaErrorFrom([message, stack, quota, requested]: readonly unknown[]): DOMException {
  const isNumber = (it: unknown): it is number => typeof it === 'number'
  const error = quotaExceededError(String(message), {
    ...(isNumber(quota) && { quota }),
    ...(isNumber(requested) && { requested }),
  })
  setStack(error, typeof stack === 'string' ? stack : undefined)
  return error
}

/** How what is made of parts is made, by name. */
function makerOf(name: string): ((parts: readonly unknown[]) => object) | undefined {
  return name === 'QuotaExceededError' ? quotaErrorFrom : partsClasses.get(name)?.from
}

/** Reads geometry, ImageData or a QuotaExceededError. */
export function* readParts(state: ReadState): Reading {
  const id = state.reserve()
  const name = readString(state.reader)
  const make = makerOf(name)
  if (!make) throw unsupportedType(name)
  const count = state.reader.count()
  const parts: unknown[] = []
  for (let i = 0; i < count; i++) append(parts, present(yield))
  try {
    return state.fill(id, make(parts))
  } catch (cause) {
    throw corrupt(`a ${name} cannot be made of its parts (${String(cause)})`)
  }
}

export function* readCryptoKey(state: ReadState): Reading {
  const id = state.reserve()
  const type = readString(state.reader)
  const [extractable, algorithm, usages, material] = [yield, yield, yield, yield] as unknown[]
  const isKey = typeof algorithm === 'object' && algorithm !== null && isArray(usages)
  if (!isKey || !isView(material)) throw corrupt('an incomplete CryptoKey')
  // `as`: what is wrong inside is refused when the key is made.
  const parts = { type, extractable, algorithm, usages, material } as unknown as CryptoKeyParts
  return state.fill(
    id,
    state.apartObject(() => importCryptoKey(parts)),
  )
}

/** Reads an object that is kept elsewhere. */
export function readKept(state: ReadState): object {
  const name = readString(state.reader)
  const id = readString(state.reader)
  return state.apartObject(() => findKept(id, name))
}

/** Where the blob section starts; it ends 8 bytes before the value does. */
function blobSectionStart({ bytes, end }: ByteReader): number {
  const sizeAt = end - 8
  const size = new DataView(bytes.buffer, bytes.byteOffset + sizeAt, 8).getFloat64(0)
  if (!(size >= 0 && size <= sizeAt)) throw corrupt('its Blobs have no bytes')
  return sizeAt - size
}

function blobBytes(state: ReadState, position: number, size: number): Uint8Array<ArrayBuffer> {
  const { reader } = state
  if (reader.end - reader.offset < 8) throw corrupt('its Blobs have no bytes')
  const sectionStart = blobSectionStart(reader)
  const start = sectionStart + position
  if (sectionStart < reader.offset || start + size > reader.end - 8) {
    throw corrupt('a Blob lies outside of the value')
  }
  // Blobs that shared bytes could make a small value as large as its square.
  if (position !== state.blobBytesRead) throw corrupt('a Blob does not begin where the last ended')
  state.blobBytesRead += size
  state.sectionStart = sectionStart
  return reader.copy(start, size)
}

function nextPendingBlob(state: ReadState, blobs: readonly object[]): object {
  const blob = blobs[state.pendingBlobsRead++]
  if (blob === undefined) throw new Error('unreachable: a clone has fewer Blobs than its original')
  return blob
}
