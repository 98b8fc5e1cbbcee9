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
 * sorted. For varints see `bytes/varint.ts`.
 *
 * Worked example: index 3 with the key `'a'`, index 200 with `[]`: `03 03 30 62 00  C8 01 02 50 00`.
 */
import { append } from '../base/own-property.ts'
import { StorageError } from '../errors.ts'
import { ByteArena } from '../bytes/byte-arena.ts'
import { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import { convertValueToMultiEntryKeys, writeKey } from './convert-value-to-key.ts'
import type { KeyPath } from './key-path.ts'
import { type PathEvaluation, evaluatePath, keyPathFailure } from './evaluate-key-path.ts'
import { keyTag, keyTerminator } from './key.ts'
import { borrowKeyWriter, returnKeyWriter, writeNumberKey } from './key-writer.ts'
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
  const reader = new ByteReader(damagedIndexKeys)
  reader.open(block, 0, block.length)
  while (!reader.isAtEnd) {
    const indexId = reader.uint()
    const length = reader.uint()
    if (length === 0) throw damagedIndexKeys('a key is empty')
    const keyStart = reader.skip(length)
    receive(indexId, keyStart, keyStart + length)
  }
}

/** What entries are made of. */
interface EntrySource<Value> {
  readonly writer: ByteWriter
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

/** Writes the entry of a key that is encoded already. */
function writeEntry(writer: ByteWriter, indexId: number, key: Uint8Array): void {
  writer.uint(indexId)
  writer.uint(key.length)
  writer.block(key)
}

/** Writes the entry in an index, if there is one, straight into the block. */
function writeOneEntry<Value>(source: EntrySource<Value>, index: IndexDefinition): void {
  const { writer, generated } = source
  const start = writer.length
  const offsetsBefore = generated ? generated.offsets.length : 0
  writer.uint(index.id)
  const keyStart = writer.beginSized()
  if (writeIndexKey(source, index.keyPath)) {
    const shift = writer.endSized(keyStart)
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
  writer.byte(keyTag.array)
  for (const path of keyPath) if (!writeKeyAt(source, path)) return false
  writer.byte(keyTerminator)
  return true
}

function writeKeyAt<Value>(source: EntrySource<Value>, path: string): boolean {
  const { writer, generated } = source
  if (generated && generated.keyPath === path) {
    append(generated.offsets, writer.length + numberKeyOffset)
    writeNumberKey(writer, 0)
    return true
  }
  const value = source.evaluate(source.clone, path)
  return value !== keyPathFailure && writeKey(writer, value, Array.isArray, null)
}

function shiftOffsets(offsets: number[], from: number, shift: number): void {
  // `i` is below the length, so the element is there.
  for (let i = from; i < offsets.length; i++) offsets[i] = (offsets[i] as number) + shift
}

/** The error for bytes that are no block. */
export function damagedIndexKeys(reason: string): StorageError {
  return new StorageError('corrupt', `Stored index keys are damaged: ${reason}`)
}
