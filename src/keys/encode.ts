/**
 * Writing the keys of values.
 */
import { bytesOf, dateValueOf } from './internal-slots.ts'
import { keyTag, keyTerminator } from './key-format.ts'
import type { KeyWriter } from './key-writer.ts'

/** Says which values are Array exotic objects: for what script gives, or for what structured deserialization has made. */
export type ArrayTest = (value: unknown) => value is unknown[]

/** An array that is being written. */
interface OpenArray {
  readonly array: unknown[]
  readonly length: number
  index: number
  readonly parent: OpenArray | null
}

/**
 * Writes the value's key; false when it has none, and the writer then holds a useless piece of it. `enclosing`: an array
 * the value may not contain, or null.
 */
export function writeKey(
  writer: KeyWriter,
  input: unknown,
  isArray: ArrayTest,
  enclosing: unknown[] | null,
): boolean {
  if (!isArray(input)) return writeScalarKey(writer, input)
  if (input === enclosing) return false
  return writeArrayKey(writer, openArray(input, null), isArray, enclosing)
}

/** Arrays may nest deeper than the JavaScript stack; hence the loop. */
function writeArrayKey(
  writer: KeyWriter,
  root: OpenArray,
  isArray: ArrayTest,
  enclosing: unknown[] | null,
): boolean {
  // Spec issue: read literally, an array met twice side by side is refused too; browsers refuse cycles only.
  let ancestors: Set<unknown> | null = null
  let open: OpenArray | null = root
  writer.writeByte(keyTag.array)
  while (open) {
    if (open.index === open.length) {
      writer.writeByte(keyTerminator)
      ancestors?.delete(open.array)
      open = open.parent
      continue
    }
    const index = open.index++
    if (!Object.hasOwn(open.array, index)) return false
    const entry = open.array[index]
    if (isArray(entry)) {
      ancestors ??= new Set<unknown>([enclosing, root.array])
      if (ancestors.has(entry)) return false
      ancestors.add(entry)
      open = openArray(entry, open)
      writer.writeByte(keyTag.array)
    } else if (!writeScalarKey(writer, entry)) {
      return false
    }
  }
  return true
}

function openArray(array: unknown[], parent: OpenArray | null): OpenArray {
  return { array, length: array.length, index: 0, parent }
}

function writeScalarKey(writer: KeyWriter, input: unknown): boolean {
  if (typeof input === 'number') {
    if (input !== input) return false
    writer.writeNumber(input)
    return true
  }
  if (typeof input === 'string') {
    writer.writeString(input)
    return true
  }
  return typeof input === 'object' && input !== null && writeObjectKey(writer, input)
}

function writeObjectKey(writer: KeyWriter, input: object): boolean {
  const ms = dateValueOf(input)
  if (ms !== null) {
    if (ms !== ms) return false
    writer.writeDate(ms)
    return true
  }
  const bytes = bytesOf(input)
  if (!bytes) return false
  writer.writeBinary(bytes)
  return true
}
