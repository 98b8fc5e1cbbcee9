/** Databases, their object stores, and their indexes, as nested lists of buttons. */
import type { SourceName, StoredDatabase, StoredObjectStore } from '../stored.ts'
import { element } from './dom.ts'
import { count } from './words.ts'

type Choose = (database: string, source: SourceName | null) => void

interface Choice {
  readonly database: string
  /** null: the first object store there is. */
  readonly source: SourceName | null
}

/** Gives the lists with that choice made. */
export function showSourceTree(
  databases: readonly StoredDatabase[],
  start: Choice,
  choose: Choose,
): HTMLElement {
  const list = element('ul', { class: 'databases', 'aria-label': 'Databases' })
  const go = (database: string, source: SourceName | null): void => {
    const current = databases.find(({ name }) => name === database)
    const found = source && hasSource(current, source) ? source : firstSource(current)
    const hadFocus = list.contains(document.activeElement)
    list.replaceChildren(
      ...databases.map((it) => databaseItem(it, { database, source: found }, go)),
    )
    if (hadFocus) list.querySelector<HTMLElement>('[aria-current="true"]')?.focus()
    choose(database, found)
  }
  go(start.database, start.source)
  return list
}

function hasSource(database: StoredDatabase | undefined, { store, index }: SourceName): boolean {
  const found = database?.stores.find(({ name }) => name === store)
  return found !== undefined && (index === null || found.indexes.some(({ name }) => name === index))
}

function firstSource(database: StoredDatabase | undefined): SourceName | null {
  const store = database?.stores[0]
  return store ? { store: store.name, index: null } : null
}

function databaseItem(
  { name, version, stores }: StoredDatabase,
  chosen: Choice,
  go: Choose,
): HTMLElement {
  const isOpen = name === chosen.database
  const button = element(
    'button',
    {
      type: 'button',
      class: 'tree-database',
      'aria-expanded': String(isOpen),
      onclick: () => go(name, null),
    },
    element('span', {}, name),
    element('small', {}, `v${version}`),
  )
  const children = stores.flatMap((store) => storeItems(name, store, chosen, go))
  return element('li', {}, button, isOpen ? element('ul', {}, ...children) : null)
}

function storeItems(
  database: string,
  store: StoredObjectStore,
  { source }: Choice,
  go: Choose,
): HTMLElement[] {
  return [null, ...store.indexes].map((index) => {
    const place = { store: store.name, index: index?.name ?? null }
    const isCurrent = source?.store === place.store && source.index === place.index
    const button = element(
      'button',
      {
        type: 'button',
        class: index ? 'tree-index' : 'tree-store',
        'aria-current': String(isCurrent),
        onclick: () => go(database, place),
      },
      element('span', {}, index?.name ?? store.name),
      element('small', {}, count((index ?? store).recordCount)),
    )
    return element('li', {}, button)
  })
}
