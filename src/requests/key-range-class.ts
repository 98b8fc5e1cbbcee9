import { IDBFactory, IDBIndex, IDBKeyRange, IDBObjectStore } from '../api/global/interfaces.ts'

/** Of the platform's declarations. */
export type KeyRangeClass = typeof globalThis.IDBKeyRange

/** Whose key ranges compare any keys: ours. `as`: the two describe the same members in two vocabularies. */
export const ownKeyRange = IDBKeyRange as unknown as KeyRangeClass

/**
 * The class of key ranges that a factory, store or index takes: ours, or the platform's own. null: it is of neither. A range of another
 * class must not be tried: `getAll()` takes it for its options, and finds no range in them.
 */
export function keyRangeClassOf(owner: unknown): KeyRangeClass | null {
  // The classes behind the names.
  const own = [IDBFactory, IDBObjectStore, IDBIndex] as unknown as (new () => object)[]
  if (own.some((it) => owner instanceof it)) return ownKeyRange
  const platform = globalThis as Partial<typeof globalThis>
  const others = [platform.IDBFactory, platform.IDBObjectStore, platform.IDBIndex]
  const isOfPlatform = others.some((it) => it && owner instanceof it)
  return (isOfPlatform && platform.IDBKeyRange) || null
}
