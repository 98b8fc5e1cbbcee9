import { newKeptId } from '../../kept-objects/kept-store.ts'
import {
  bytesOfSecretiveKey,
  type CryptoKeyTraits,
  traitsOfCryptoKey,
} from '../platform-objects/crypto-keys.ts'
import { Tag } from '../format.ts'
import {
  type BlobContent,
  type ForeignBlob,
  foreignBlob,
} from '../platform-objects/foreign-blobs.ts'
import { partsClasses } from '../platform-objects/geometry.ts'
import { append } from '../../base/own-property.ts'
import {
  blobAttributes,
  exceptionMessage,
  exceptionName,
  fileListLength,
  platformClasses,
  quotaOf,
} from '../platform-objects/platform.ts'
import { memberOf } from '../platform-objects/simulated-pages.ts'
import { isObjectWithoutBytes } from '../platform-objects/kept-classes.ts'
import { refused } from './refuse.ts'
import { stackOf } from './write-errors.ts'
import type { Children, WriteState } from './write-state.ts'
import { writeOptionalString, writeString } from './write-items.ts'

/** What an interface's name tells of how its objects are written. */
const writers: Record<
  string,
  (state: WriteState, value: object, name: string) => Children | null | undefined
> = {
  Blob: writeBlob,
  File: writeBlob,
  FileList: writeFileList,
  DOMException: writeDomException,
  QuotaExceededError: writeQuotaExceededError,
  CryptoKey: writeCryptoKey,
  FileSystemFileHandle: writeKept,
  FileSystemDirectoryHandle: writeKept,
  RTCCertificate: writeKept,
}

/**
 * Writes a serializable platform object, by what interfaceNames() gave: null once it is written, its children if it has
 * some; undefined if `value` is none. The most derived interface decides: one that is not serializable itself may inherit
 * from one that is, and would lose what it adds.
 */
export function beginPlatformObject(
  state: WriteState,
  value: object,
  [name]: readonly string[],
): Children | null | undefined {
  if (name === undefined) return undefined
  return Object.hasOwn(writers, name)
    ? writers[name]?.(state, value, name)
    : writeParts(state, value, name)
}

/** https://w3c.github.io/FileAPI/#blob-section */
function writeBlob(state: WriteState, value: object): null | undefined {
  const own = blobAttributes(value)
  const blob = own ?? foreignBlob(value)
  if (!blob) return undefined
  const { out } = state
  const { size, type, name, lastModified } = blob
  out.byte(name === undefined ? Tag.blob : Tag.file)
  writeString(out, type)
  out.uint(state.blobBytes)
  out.uint(size)
  if (name !== undefined) {
    writeString(out, name)
    out.float64(lastModified)
  }
  // Which of the Blobs an item means depends on those before it.
  state.root.isComplete = false
  append<BlobContent>(state.blobs, own ? (value as Blob) : (blob as ForeignBlob)) // of which it is one
  state.blobBytes += size
  return null
}

function writeFileList(state: WriteState, value: object): Children | undefined {
  const length = fileListLength(value)
  if (length === undefined) return undefined
  if (!platformClasses.DataTransfer) {
    throw refused(
      value,
      'A FileList',
      ' in this runtime, which cannot make one again; store its files',
    )
  }
  return fileListChildren(state, value as FileList, length) // its getter has answered
}

function* fileListChildren({ out }: WriteState, list: FileList, length: number): Children {
  out.byte(Tag.fileList)
  out.uint(length)
  for (let i = 0; i < length; i++) yield list[i]
}

/** https://webidl.spec.whatwg.org/#idl-DOMException */
function writeDomException({ out }: WriteState, value: object): null | undefined {
  const name = exceptionName(value) ?? memberOf(value, 'name')
  if (typeof name !== 'string') return undefined
  out.byte(Tag.domException)
  writeString(out, name)
  writeString(out, exceptionMessage(value) ?? String(memberOf(value, 'message')))
  writeOptionalString(out, stackOf(value))
  return null
}

/** https://w3c.github.io/webcrypto/#cryptokey-interface-clone */
function writeCryptoKey(state: WriteState, value: object): Children | null | undefined {
  const traits = traitsOfCryptoKey(value)
  if (!traits) return undefined
  if (traits.extractable) return cryptoKeyChildren(state, { key: value, traits, material: null })
  const material = bytesOfSecretiveKey(value, traits.type)
  if (material) return cryptoKeyChildren(state, { key: value, traits, material })
  if (state.canKeep) return writeKept(state, value, 'CryptoKey')
  throw refused(
    value,
    'A CryptoKey that is not extractable',
    ' in this runtime, which neither exports its bytes nor keeps it for this database; make it extractable',
  )
}

/** Objects of the browser: nothing but their id goes into the value. */
function writeKept(state: WriteState, value: object, name: string): null | undefined {
  if (!state.canKeep || !isObjectWithoutBytes(value, name)) return undefined
  const keptAs = newKeptId()
  state.out.byte(Tag.kept)
  writeString(state.out, name)
  writeString(state.out, keptAs)
  state.addApart({ object: value, keptAs, hole: null })
  return null
}

/** `material` null: it comes later. */
function* cryptoKeyChildren(
  state: WriteState,
  { key, traits, material }: { key: object; traits: CryptoKeyTraits; material: Uint8Array | null },
): Children {
  const { out } = state
  out.byte(Tag.cryptoKey)
  writeString(out, traits.type)
  yield traits.extractable
  yield traits.algorithm
  yield traits.usages
  const materialStart = out.length
  yield material ?? new Uint8Array(0)
  const hole = material ? null : { start: materialStart, end: out.length }
  state.addApart({ object: key, keptAs: null, hole })
}

/** As a DOMException, unless it tells numbers. https://webidl.spec.whatwg.org/#quotaexceedederror */
function writeQuotaExceededError(state: WriteState, value: object): Children | null | undefined {
  const quota = quotaOf(value)
  if (quota === undefined) return writeDomException(state, value)
  const parts = [exceptionMessage(value), stackOf(value), quota.quota, quota.requested]
  return partsChildren(state, 'QuotaExceededError', parts)
}

/** Geometry and ImageData. https://drafts.fxtf.org/geometry/#structured-serialization */
function writeParts(state: WriteState, value: object, name: string): Children | undefined {
  const parts = partsClasses.get(name)?.partsOf(value)
  return parts && partsChildren(state, name, parts)
}

function* partsChildren({ out }: WriteState, name: string, parts: readonly unknown[]): Children {
  out.byte(Tag.platformObject)
  writeString(out, name)
  out.uint(parts.length)
  yield* parts
}
