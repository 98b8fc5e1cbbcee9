import type { ByteWriter } from '../../bytes/byte-writer.ts'
import { Tag } from '../format.ts'
import { writeString } from './write-items.ts'

/** The tag and header of objects with these keys, ready to be copied. */
interface Shape {
  readonly keys: readonly string[]
  readonly head: Uint8Array
}

const slotCount = 64
/** More keys than this make a dictionary, not a shape. */
const shapeKeyLimit = 64
const shapeSizeLimit = 1024

const shapes: (Shape | undefined)[] = Array.from({ length: slotCount })

/** Writes an object's tag and header: everything before its values. `keys` is not changed but may be kept. */
export function writeObjectHead(out: ByteWriter, keys: readonly string[]): void {
  if (keys.length > shapeKeyLimit) return writeNewHead(out, keys)
  const slot = slotOf(keys)
  const shape = shapes[slot]
  if (shape !== undefined && haveSameKeys(shape.keys, keys)) return out.smallBlock(shape.head)
  const start = out.length
  writeNewHead(out, keys)
  if (out.length - start > shapeSizeLimit) return
  shapes[slot] = { keys, head: out.bytes.slice(start, out.length) }
}

function writeNewHead(out: ByteWriter, keys: readonly string[]): void {
  out.byte(Tag.object)
  const start = out.beginSized()
  for (const key of keys) writeString(out, key)
  out.endSized(start)
}

function slotOf(keys: readonly string[]): number {
  const { length } = keys
  if (length === 0) return 0
  const first = keys[0] as string // length > 0
  const last = keys[length - 1] as string
  const hash = length * 31 + first.length * 7 + last.length * 3
  return (hash + first.charCodeAt(0) * 5 + last.charCodeAt(last.length - 1)) & (slotCount - 1)
}

function haveSameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
