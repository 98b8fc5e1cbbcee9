/**
 * The browser's own IndexedDB, found when the module loads: script may put this package in its place, and then a second
 * copy of this package may load.
 */

/** Under this symbol of the global object the first copy leaves it for those that come later. */
const place = Symbol.for('idb-everywhere: the IndexedDB of the browser')

/** null where there is none: outside browsers, and where a sandbox forbids it. */
export const browserIndexedDB: IDBFactory | null = find()

function find(): IDBFactory | null {
  const realm = globalThis as { [place]?: IDBFactory }
  if (realm[place]) return realm[place]
  const factory = installed()
  if (!factory || !isNative(factory.open)) return null
  Object.defineProperty(realm, place, { value: factory })
  return factory
}

function installed(): IDBFactory | undefined {
  try {
    return globalThis.indexedDB
  } catch {
    // The answer, not a failure: documents without an origin of their own get a SecurityError.
    return undefined
  }
}

function isNative(method: unknown): boolean {
  return (
    typeof method === 'function' &&
    Function.prototype.toString.call(method).includes('[native code]')
  )
}
