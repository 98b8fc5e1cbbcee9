import { IDBFactory, IDBKeyRange } from '../api/global/interfaces.ts'

/** Makes the range of the keys above one, of the class that the factory takes: ours, or the platform's own. */
export function lowerBoundOf(factory: unknown): (key: IDBValidKey) => globalThis.IDBKeyRange {
  const { IDBKeyRange: native } = globalThis as { IDBKeyRange?: typeof globalThis.IDBKeyRange }
  const isOurs = factory instanceof (IDBFactory as unknown as new () => object) // The class behind the name.
  // `as`: the two describe the same members in two vocabularies.
  const it = isOurs || !native ? (IDBKeyRange as unknown as typeof globalThis.IDBKeyRange) : native
  return (key) => it.lowerBound(key, true)
}
