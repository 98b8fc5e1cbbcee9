/** What the databases should do: each step gives the results that its requests must have. */
import { cmp, type Key } from '../../kit/reference-keys.ts'
import {
  indexKinds,
  type Request,
  type Source,
  type Step,
  storeKinds,
  type StoreName,
  type Visit,
} from './program.ts'
import {
  deleteRange,
  type Entry,
  entriesOf,
  hasUniqueKeys,
  type ModelStore,
  newStore,
  storeRecord,
} from './records.ts'
import { type Stored, textOf, valueOf } from './text.ts'
import { isAhead, listEntries, nextEntry } from './walk.ts'

/** A request that is to be made, and the text of its result: `ConstraintError` where it must fail. */
export interface Planned {
  readonly request: Request
  readonly expected: string
  /** A cursor's visits, with its moves made possible, and the results of its writes. */
  readonly visits: readonly PlannedVisit[]
}

/** One visit of a cursor; `expected`: of its write. */
export interface PlannedVisit extends Visit {
  readonly expected: string
}

/** A transaction that is to be made. */
export interface PlannedTransaction {
  /** Empty: there is nothing to do. */
  readonly scope: readonly StoreName[]
  readonly mode: 'readonly' | 'readwrite'
  readonly requests: readonly Planned[]
}

const writes: ReadonlySet<Request['do']> = new Set(['put', 'add', 'delete', 'clear'])

/** The one database that programs use. */
export class Model {
  /** 0: there is none. */
  version = 0
  stores = new Map<StoreName, ModelStore>()

  transact({ requests, isAborted }: Step & { do: 'transaction' }): PlannedTransaction {
    const possible = requests.filter((request) => this.#isThere(request))
    const before = this.#copy()
    const planned = possible.map((request) => this.#plan(request))
    if (isAborted) this.stores = before
    const isWriting = planned.some(
      ({ request, visits }) => writes.has(request.do) || visits.some(({ write }) => write !== null),
    )
    const scope = [...new Set(possible.map(({ store }) => store))]
    return { scope, mode: isWriting ? 'readwrite' : 'readonly', requests: planned }
  }

  /** Gives the changes that are to be made, and whether the upgrade is aborted in the end. */
  upgrade({ toggles, isAborted }: Step & { do: 'upgrade' }): { changes: Source[]; fails: boolean } {
    const [before, version] = [this.#copy(), this.version]
    const changes: Source[] = []
    let fails = isAborted
    for (const source of toggles) {
      if (source.index !== null && !this.stores.has(source.store)) continue
      changes.push(source)
      if (this.#toggle(source)) continue
      // An index over records that it cannot hold: the transaction is aborted.
      fails = true
      break
    }
    this.version = version + 1
    if (fails) {
      this.stores = before
      this.version = version
    }
    return { changes, fails }
  }

  deleteDatabase(): void {
    this.version = 0
    this.stores = new Map()
  }

  /** An open request without a version makes the database. */
  open(): void {
    if (this.version === 0) this.version = 1
  }

  #isThere({ store, index }: Source): boolean {
    const found = this.stores.get(store)
    return found !== undefined && (index === null || found.indexes.has(index))
  }

  #copy(): Map<StoreName, ModelStore> {
    return new Map([...this.stores].map(([name, store]) => [name, { ...store }]))
  }

  #toggle({ store: name, index }: Source): boolean {
    const store = this.stores.get(name)
    if (index === null) {
      if (store) this.stores.delete(name)
      else this.stores.set(name, newStore(name))
      return true
    }
    if (!store) throw new Error('unreachable: an index of no store')
    const indexes = new Set(store.indexes)
    if (!indexes.delete(index)) indexes.add(index)
    store.indexes = indexes
    return !indexes.has(index) || !indexKinds[index].unique || hasUniqueKeys(store, index)
  }

  #plan(request: Request): Planned {
    const store = this.stores.get(request.store)
    if (!store) throw new Error('unreachable: no such store')
    if ('visits' in request) {
      return { request, ...runCursor(store, request) }
    }
    return { request, expected: execute(store, request), visits: [] }
  }
}

type Simple = Exclude<Request, { readonly visits: unknown }>

function execute(store: ModelStore, request: Simple): string {
  switch (request.do) {
    case 'put':
    case 'add':
      return put(store, request)
    case 'delete':
      deleteRange(store, request.range)
      return 'undefined'
    case 'clear':
      store.records = []
      return 'undefined'
  }
  return read(entriesOf(store, request.index), request)
}

function put(store: ModelStore, request: Request & { do: 'put' | 'add' }): string {
  const key = request.key ?? store.currentNumber ?? 0
  const value = valueOf(request.fields, isInline(store) ? key : null)
  return storeRecord(store, { key, value, overwrite: request.do === 'put' })
    ? textOf(key)
    : 'ConstraintError'
}

/** Whether the store's records hold their keys. */
export function isInline({ name }: { readonly name: StoreName }): boolean {
  return storeKinds[name].keyPath !== null
}

type Reading = Exclude<Simple, { readonly do: 'put' | 'add' | 'delete' | 'clear' }>

function read(entries: readonly Entry[], request: Reading): string {
  if (!('limit' in request)) {
    const found = listEntries(entries, { range: request.range, direction: 'next', limit: 0 })
    if (request.do === 'count') return textOf(found.length)
    return textOf(request.do === 'get' ? found[0]?.value : found[0]?.primaryKey)
  }
  const found = listEntries(entries, request)
  if (request.do === 'getAllRecords') return textOf(found)
  return textOf(found.map((it) => (request.do === 'getAll' ? it.value : it.primaryKey)))
}

/** Runs a cursor to its last visit or the end. */
function runCursor(
  store: ModelStore,
  request: Request & { do: 'openCursor' | 'openKeyCursor' },
): { expected: string; visits: PlannedVisit[] } {
  const { direction, range, index } = request
  const isWritable = request.do === 'openCursor'
  const seen: string[] = []
  const visits: PlannedVisit[] = []
  let position = nextEntry(entriesOf(store, index), { range, direction, to: null }, null)
  for (const visit of request.visits) {
    if (!position) break
    seen.push(visitText(position, isWritable ? position.value : undefined))
    const write = isWritable ? visit.write : null
    const expected = writeAt(store, position.primaryKey, write)
    const move = possibleMove(visit.move, direction, position)
    visits.push({ write, expected, move })
    const to = typeof move === 'object' && 'to' in move ? move.to : null
    const steps = typeof move === 'object' && 'advance' in move ? move.advance : 1
    for (let step = 0; step < steps && position; step++) {
      position = nextEntry(entriesOf(store, index), { range, direction, to }, position)
    }
  }
  seen.push(position ? visitText(position, isWritable ? position.value : undefined) : 'end')
  return { expected: seen.join(' '), visits }
}

/** What is seen at a position; undefined: a cursor without values. */
export function visitText(
  { key, primaryKey }: Pick<Entry, 'key' | 'primaryKey'>,
  value: unknown,
): string {
  return `${textOf(key)}>${textOf(primaryKey)}=${textOf(value)}`
}

function possibleMove(
  move: Visit['move'],
  direction: IDBCursorDirection,
  position: Entry,
): Visit['move'] {
  if (typeof move === 'string' || !('to' in move)) return move
  return isAhead(direction, position, move.to) ? move : 'continue'
}

function writeAt(store: ModelStore, key: Key, write: Visit['write']): string {
  if (write === null) return ''
  if (write === 'delete') {
    store.records = store.records.filter((record) => cmp(record.key, key) !== 0)
    return 'undefined'
  }
  const value: Stored = valueOf(write, isInline(store) ? key : null)
  return storeRecord(store, { key, value, overwrite: true }) ? textOf(key) : 'ConstraintError'
}
