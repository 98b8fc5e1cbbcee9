/** What databases should hold, by the simplest means: maps, replaced and never changed in place where they are shared. */

/** The keys the histories use. */
export type Key = number | string

/** The values they store. */
export interface Value {
  readonly tag: string
  readonly tags: readonly string[]
  readonly body: string
}

/** An index as the histories make it. */
export interface IndexState {
  readonly keyPath: 'tag' | 'tags'
  readonly multiEntry: boolean
}

/** An object store with out-of-line keys. */
export interface StoreState {
  /** The next key of the key generator; null: there is none. */
  readonly currentNumber: number | null
  readonly indexes: ReadonlyMap<string, IndexState>
  readonly records: ReadonlyMap<Key, Value>
}

/** A database. */
export interface DatabaseState {
  readonly version: number
  readonly stores: ReadonlyMap<string, StoreState>
}

/** All databases of a directory, by name. */
export type State = ReadonlyMap<string, DatabaseState>

/** A directory without databases. */
export const nothing: State = new Map()

/** One text for equal states, the same that `readState()` gives for what is stored: index entries included. */
export function textOf(state: State): string {
  const lines: string[] = []
  for (const [name, { version, stores }] of inOrder(state)) {
    lines.push(`database ${name} ${version}`)
    for (const [storeName, store] of inOrder(stores)) {
      lines.push(storeLine(storeName, store.currentNumber !== null))
      for (const [key, value] of inOrder(store.records)) lines.push(recordLine(key, value))
      for (const [indexName, index] of inOrder(store.indexes)) {
        lines.push(indexLine(indexName, index))
        for (const [key, primaryKey] of entriesOf(store, index)) {
          lines.push(entryLine(key, primaryKey))
        }
      }
    }
  }
  return lines.join('\n')
}

/** The lines of the text. */
export const storeLine = (name: string, hasKeyGenerator: boolean): string =>
  `store ${name}${hasKeyGenerator ? ' with generator' : ''}`
export const indexLine = (name: string, { keyPath, multiEntry }: IndexState): string =>
  `index ${name} on ${keyPath}${multiEntry ? ' each' : ''}`
export const recordLine = (key: Key, { tag, tags, body }: Value): string =>
  `${JSON.stringify(key)} ${tag} ${tags.join()} ${body}`
export const entryLine = (key: unknown, primaryKey: unknown): string =>
  `${JSON.stringify(key)} > ${JSON.stringify(primaryKey)}`

function entriesOf(store: StoreState, index: IndexState): [key: string, primaryKey: Key][] {
  const entries: [string, Key][] = []
  for (const [primaryKey, value] of store.records) {
    const keys = index.keyPath === 'tag' ? [value.tag] : new Set(value.tags)
    for (const key of keys) entries.push([key, primaryKey])
  }
  return entries.sort((a, b) => compareKeys(a[0], b[0]) || compareKeys(a[1], b[1]))
}

function inOrder<K extends Key, V>(map: ReadonlyMap<K, V>): [K, V][] {
  return [...map].sort(([a], [b]) => compareKeys(a, b))
}

/** Numbers come before strings. */
function compareKeys(a: Key, b: Key): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  return a < b ? -1 : Number(a > b)
}
