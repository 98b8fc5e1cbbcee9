/**
 * The entries a record has in its store's indexes, as one block of bytes that travels with the record:
 *
 * | size   | meaning                                     |
 * | ------ | ------------------------------------------- |
 * | varint | index id                                    |
 * | varint | length of the key                           |
 * | length | the key, see `key.ts`                       |
 *
 * and again from the start, to the end of the block; ids in the order the indexes were given in, the keys of one index
 * sorted. A varint has seven bits in each byte, the lowest first, the top bit set in all bytes but the last, and no
 * more bytes than it needs.
 *
 * Worked example: index 3 with the key `'a'`, index 200 with `[]`: `03 03 30 62 00  C8 01 02 50 00`.
 */
import { append } from '../base/own-property.ts'
import { StorageError } from '../errors.ts'
import { ByteArena } from '../bytes/byte-arena.ts'
import { convertValueToMultiEntryKeys, writeKey } from './convert-value-to-key.ts'
import { type KeyPath, type PathEvaluation, evaluatePath, keyPathFailure } from './key-path.ts'
import { keyTag, keyTerminator } from './key.ts'
import { KeyWriter, borrowKeyWriter, returnKeyWriter } from './key-writer.ts'
import { numberKeyOffset } from './number-key.ts'

/** What must be known of an index to find a record's entries in it. */
export interface IndexDefinition {
  readonly id: number
  readonly keyPath: KeyPath
  readonly multiEntry: boolean
}

/**
 * The key a store's generator will give the record: not in the value yet, but index key paths may lead to it. They get
 * the number 0, and the host patches it.
 */
export interface KeyToBeGenerated {
  /** The store's key path. */
  readonly keyPath: string
  /** Receives, for each such number, the offset in the block of its eight bytes. */
  readonly offsets: number[]
}

/** Builds a block from keys that are encoded already. Its buffer is reused from block to block. */
export class IndexKeysWriter {
  readonly #writer = new KeyWriter()

  /** Adds an entry; returns the offset in the block at which the key lies. */
  add(indexId: number, key: Uint8Array): number {
    return writeEntry(this.#writer, indexId, key)
  }

  /** The block, owned by the caller, or null when nothing was added. The writer is empty then. */
  take(): Uint8Array | null {
    const block = this.#writer.length === 0 ? null : this.#writer.copy()
    this.#writer.length = 0
    return block
  }
}

/** Where blocks lie until their operation is done. */
const blocks = new ByteArena()

/** How to look into a clone. */
export interface CloneAccess<Value> {
  /** null: the record's key is not to be generated, or no key path leads to it. */
  readonly generated?: KeyToBeGenerated | null
  /** Default: the clone is a value made by structured deserialization. */
  readonly evaluate?: PathEvaluation<Value>
}

/**
 * The entries of a clone, or of what stands for one, in the indexes; null when it has none. An index whose key path fails,
 * or yields no valid key, gets no entry.
 */
export function indexKeysOf<Value>(
  clone: Value,
  indexes: Iterable<IndexDefinition>,
  { generated = null, evaluate = evaluatePath }: CloneAccess<Value> = {},
): Uint8Array | null {
  const writer = borrowKeyWriter()
  const source = { writer, clone, generated, evaluate }
  for (const index of indexes) {
    if (index.multiEntry) writeEntries(source, index)
    else writeOneEntry(source, index)
  }
  const block = writer.length > 0 ? blocks.copy(writer.bytes, writer.length) : null
  returnKeyWriter(writer)
  return block
}

/**
 * Calls `receive` for each entry; the key lies in the block from `keyStart` to `keyEnd`.
 * @throws StorageError 'corrupt' when the block's structure is damaged; the keys themselves are not looked at.
 */
export function forEachIndexKey(
  block: Uint8Array,
  receive: (indexId: number, keyStart: number, keyEnd: number) => void,
): void {
  let at = 0
  while (at < block.length) {
    const indexId = readVarint(block, at)
    at += varintLength(indexId)
    const length = readVarint(block, at)
    at += varintLength(length)
    if (length === 0 || at + length > block.length) throw damagedBlock(at)
    receive(indexId, at, at + length)
    at += length
  }
}

/** What entries are made of. */
interface EntrySource<Value> {
  readonly writer: KeyWriter
  readonly clone: Value
  readonly generated: KeyToBeGenerated | null
  readonly evaluate: PathEvaluation<Value>
}

/** Writes the entries in a multiEntry index, if any. */
function writeEntries<Value>(source: EntrySource<Value>, index: IndexDefinition): void {
  const { keyPath } = index
  // A multiEntry index's key path is never a list; the generated key is never an array.
  if (typeof keyPath !== 'string' || keyPath === source.generated?.keyPath) {
    return writeOneEntry(source, index)
  }
  const value = source.evaluate(source.clone, keyPath)
  if (value === keyPathFailure) return
  const keys = convertValueToMultiEntryKeys(value)
  if (keys) for (const key of keys) writeEntry(source.writer, index.id, key)
}

/** Writes the entry in an index, if there is one, straight into the block. */
function writeOneEntry<Value>(source: EntrySource<Value>, index: IndexDefinition): void {
  const { writer, generated } = source
  const start = writer.length
  const offsetsBefore = generated ? generated.offsets.length : 0
  writeVarint(writer, index.id)
  writer.writeByte(0)
  const keyStart = writer.length
  if (writeIndexKey(source, index.keyPath)) {
    const shift = closeEntry(writer, keyStart)
    if (shift > 0 && generated) shiftOffsets(generated.offsets, offsetsBefore, shift)
    return
  }
  writer.length = start
  if (generated) generated.offsets.length = offsetsBefore
}

/** Writes the key; false when there is none. */
function writeIndexKey<Value>(source: EntrySource<Value>, keyPath: KeyPath): boolean {
  if (typeof keyPath === 'string') return writeKeyAt(source, keyPath)
  const { writer } = source
  writer.writeByte(keyTag.array)
  for (const path of keyPath) if (!writeKeyAt(source, path)) return false
  writer.writeByte(keyTerminator)
  return true
}

function writeKeyAt<Value>(source: EntrySource<Value>, path: string): boolean {
  const { writer, generated } = source
  if (generated && generated.keyPath === path) {
    append(generated.offsets, writer.length + numberKeyOffset)
    writer.writeNumber(0)
    return true
  }
  const value = source.evaluate(source.clone, path)
  return value !== keyPathFailure && writeKey(writer, value, Array.isArray, null)
}

/** Sets the length before the key that goes from `keyStart` to the end; returns by how much the key had to move. */
function closeEntry(writer: KeyWriter, keyStart: number): number {
  const length = writer.length - keyStart
  const shift = varintLength(length) - 1
  if (shift > 0) {
    writer.reserve(shift)
    writer.bytes.copyWithin(keyStart + shift, keyStart, writer.length)
  }
  writer.length = keyStart - 1
  writeVarint(writer, length)
  writer.length += length
  return shift
}

function shiftOffsets(offsets: number[], from: number, shift: number): void {
  // `i` is below the length, so the element is there.
  for (let i = from; i < offsets.length; i++) offsets[i] = (offsets[i] as number) + shift
}

/** Writes an entry; returns where its key lies. */
function writeEntry(writer: KeyWriter, indexId: number, key: Uint8Array): number {
  writeVarint(writer, indexId)
  writeVarint(writer, key.length)
  const keyStart = writer.length
  writer.writeBytes(key)
  return keyStart
}

/** `n`: an integer from 0 to 2^32 - 1. */
function writeVarint(writer: KeyWriter, n: number): void {
  let rest = n
  while (rest > 0x7f) {
    writer.writeByte((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  writer.writeByte(rest)
}

function varintLength(n: number): number {
  return n < 0x80 ? 1 : n < 0x4000 ? 2 : n < 0x200000 ? 3 : n < 0x10000000 ? 4 : 5
}

function readVarint(block: Uint8Array, offset: number): number {
  let n = 0
  for (let i = 0; i < 5; i++) {
    const byte = block[offset + i]
    if (byte === undefined) break
    n += (byte & 0x7f) * 2 ** (7 * i)
    if (byte > 0x7f) continue
    if (n > 0xffffffff || varintLength(n) !== i + 1) break
    return n
  }
  throw damagedBlock(offset)
}

function damagedBlock(offset: number): StorageError {
  return new StorageError('corrupt', `Stored index keys are damaged at byte ${offset}`)
}
