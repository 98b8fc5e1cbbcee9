/** Strings in the engine's heap: UTF-8, zero-terminated. */
import { outOfMemory } from './out-of-memory.ts'
import type { WaSqlite } from './wa-sqlite.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Reads the string at `pointer`. */
export function readCString(module: WaSqlite, pointer: number): string {
  const heap = module.HEAPU8
  return decoder.decode(heap.subarray(pointer, heap.indexOf(0, pointer)))
}

/** Calls `use` with a copy of `text` in the heap, which is freed afterwards. */
export function withCString<Result>(
  module: WaSqlite,
  text: string,
  use: (pointer: number) => Result,
): Result {
  // UTF-8 takes three bytes for a code unit at most.
  const pointer = module._sqlite3_malloc(text.length * 3 + 1)
  if (pointer === 0) throw outOfMemory('The engine is out of memory')
  try {
    const { written } = encoder.encodeInto(text, module.HEAPU8.subarray(pointer))
    module.HEAPU8[pointer + written] = 0
    return use(pointer)
  } finally {
    module._sqlite3_free(pointer)
  }
}
