/** A schema for people to read. */
import { paint } from '../terminal/colors.ts'
import { shownName } from '../terminal/plain-text.ts'
import { type Cell, formatTable } from '../terminal/table.ts'
import type { KeyPath, IndexSchema, Schema, StoreSchema } from './read-schema.ts'

/** A line of the database, then a table: each store, and below it its indexes. */
export function formatSchema({ name, version, stores }: Schema): string {
  const title = `${paint('bold', shownName(name))}, version ${version}`
  if (stores.length === 0) return `${title}\nno object stores`
  const head = ['object store', 'key path', 'records', '']
  return `${title}\n${formatTable(head, stores.flatMap(storeRows))}`
}

function storeRows(store: StoreSchema): Cell[][] {
  const { name, keyPath, autoIncrement, count, indexes } = store
  const row = [shownName(name), formatKeyPath(keyPath), count, autoIncrement ? 'key generator' : '']
  return [row, ...indexes.map(indexRow)]
}

function indexRow({ name, keyPath, count, unique, multiEntry }: IndexSchema): Cell[] {
  return [
    `  ${shownName(name)}`,
    formatKeyPath(keyPath),
    count,
    optionsText({ unique, multiEntry }),
  ]
}

/** What an index was given when it was made, in words. */
export function optionsText({
  unique,
  multiEntry,
}: Pick<IndexSchema, 'unique' | 'multiEntry'>): string {
  return ['index', unique && 'unique', multiEntry && 'multi-entry'].filter(Boolean).join(', ')
}

/** `a.b`; `[a, b]`; nothing where keys lie outside of the values; `""` for the value itself. */
export function formatKeyPath(keyPath: KeyPath): string {
  if (keyPath === null) return ''
  if (typeof keyPath === 'string') return keyPath === '' ? '""' : keyPath
  return `[${keyPath.join(', ')}]`
}
