/** The records of an object store or an index, a page at a time; each opens to its whole value. */
import { describe, describeDeeply } from '../describe.ts'
import { keyPathOf } from '../snapshot.ts'
import {
  type SourceName,
  type StoredDatabase,
  type StoredIndex,
  type StoredObjectStore,
  type StoredRecord,
  readPage,
} from '../stored.ts'
import { element } from './dom.ts'
import { showPager } from './pager.ts'
import { counted, reasonOf } from './words.ts'

const recordsPerPage = 25

/** What to read. */
export interface RecordsPlace {
  readonly indexedDB: IDBFactory
  readonly database: StoredDatabase
  /** null: the database has no object store. */
  readonly source: SourceName | null
}

/** Shows the first page; the others by buttons. */
export function showRecords(
  container: Element,
  { indexedDB, database, source }: RecordsPlace,
): void {
  const store = database.stores.find(({ name }) => name === source?.store)
  if (!source || !store) {
    return container.replaceChildren(
      element('p', { class: 'empty' }, 'This database has no object store.'),
    )
  }
  const index = store.indexes.find(({ name }) => name === source.index) ?? null
  const total = (index ?? store).recordCount
  const list = element('ol', { class: 'record-list' })
  let look = 0
  const show = async (skip: number): Promise<void> => {
    const thisLook = ++look
    const records = await readPage(indexedDB, database.name, {
      ...source,
      skip,
      count: recordsPerPage,
    })
    if (thisLook === look)
      list.replaceChildren(...records.map((it) => recordItem(it, index !== null)))
  }
  const complain = (error: unknown): void =>
    list.replaceChildren(element('li', { class: 'problem', role: 'alert' }, reasonOf(error)))
  const pager = showPager({
    label: 'Pages of records',
    noun: 'record',
    total,
    perPage: recordsPerPage,
    show: (skip) => void show(skip).catch(complain),
  })
  container.replaceChildren(
    heading(store, index),
    total === 0 ? element('p', { class: 'empty' }, 'No records.') : list,
    pager,
  )
}

function heading(store: StoredObjectStore, index: StoredIndex | null): HTMLElement {
  const facts = index
    ? [keyPathOf(index), index.unique && 'unique', index.multiEntry && 'multiEntry']
    : [keyPathOf(store), store.autoIncrement && 'key generator']
  const kind = index ? `Index of ${store.name}` : 'Object store'
  const total = counted((index ?? store).recordCount, 'record')
  return element(
    'header',
    {},
    element('h3', {}, (index ?? store).name),
    element('p', {}, [kind, ...facts, total].filter(Boolean).join(' · ')),
  )
}

function recordItem({ key, primaryKey, value }: StoredRecord, isOfIndex: boolean): HTMLElement {
  const whole = element('pre', { tabindex: 0, 'aria-label': 'The whole value' })
  const open = async (): Promise<void> => {
    whole.textContent = inLines(await describeDeeply(value))
  }
  const summary = element(
    'summary',
    {},
    element('span', { class: 'record-key' }, describe(key)),
    isOfIndex
      ? element('span', { class: 'record-primary-key' }, `→ ${describe(primaryKey)}`)
      : null,
    element('span', { class: 'record-value' }, describe(value)),
  )
  return element('li', {}, element('details', { ontoggle: () => void open() }, summary, whole))
}

/** A line for each member of the outermost object or array. */
function inLines(text: string): string {
  let [depth, result] = [0, '']
  let isQuoted = false
  for (const [at, letter] of [...text].entries()) {
    if (letter === '"' && text[at - 1] !== '\\') isQuoted = !isQuoted
    if (!isQuoted && '}]'.includes(letter) && --depth === 0) result += '\n'
    result += letter
    if (!isQuoted && '{['.includes(letter) && ++depth === 1) result += '\n  '
    if (!isQuoted && letter === ',' && depth === 1) result += '\n '
  }
  return result
}
