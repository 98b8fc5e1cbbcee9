/** Bytes where they lie in the engine's heap: what statements bind without a copy. */
import type { Statement } from '../binding/statement.ts'

/** A place in the heap. */
export interface HeapBytes {
  readonly pointer: number
  readonly byteCount: number
}

/** No bytes. */
export const nowhere: HeapBytes = { pointer: 0, byteCount: 0 }

/** Binds the bytes as a blob; they stay where they are until the statement is done. */
export function bindPlace(
  statement: Statement,
  index: number,
  { pointer, byteCount }: HeapBytes,
): void {
  statement.bindBlob(index, pointer, byteCount)
}

/** Whether both places of the heap hold the same bytes. */
export function areSame(heap: Uint8Array, a: HeapBytes, b: HeapBytes): boolean {
  if (a.byteCount !== b.byteCount) return false
  for (let i = 0; i < a.byteCount; i++) {
    if (heap[a.pointer + i] !== heap[b.pointer + i]) return false
  }
  return true
}
