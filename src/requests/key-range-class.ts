import { IDBFactory, IDBIndex, IDBKeyRange, IDBObjectStore } from '../api/global/interfaces.ts'

/** The class of key ranges that a factory, store or index takes: ours, or the platform's own. */
export function keyRangeClassOf(owner: unknown): typeof globalThis.IDBKeyRange {
  const { IDBKeyRange: native } = globalThis as { IDBKeyRange?: typeof globalThis.IDBKeyRange }
  // `as`: the two describe the same members in two vocabularies.
  return isOurs(owner) || !native
    ? (IDBKeyRange as unknown as typeof globalThis.IDBKeyRange)
    : native
}

/** Makes the range of the keys above one, of the class that the factory takes. */
export function lowerBoundOf(factory: unknown): (key: IDBValidKey) => globalThis.IDBKeyRange {
  const it = keyRangeClassOf(factory)
  return (key) => it.lowerBound(key, true)
}

function isOurs(owner: unknown): boolean {
  // The classes behind the names.
  const classes = [IDBFactory, IDBObjectStore, IDBIndex] as unknown as (new () => object)[]
  return classes.some((it) => owner instanceof it)
}
