/** Watching a database: what is told of each committed transaction. */
import {
  aFunction,
  aList,
  aSignal,
  checkArguments,
  type Kind,
  optional,
} from '../arguments/check-arguments.ts'
import { memberOf } from '../base/thrown.ts'
import { connectionSymbol } from '../core/connection.ts'
import type { IDBDatabase } from '../api/global/interfaces.ts'
import { optionalRange } from '../api/convert-value-to-key-range.ts'
import { domException } from '../errors.ts'
import { factsOfNames, namesThereAre } from '../explain/nearest-name.ts'
import { queueCall } from '../events/call-task.ts'
import { reportException } from '../events/report-exception.ts'
import { encodeRange } from '../keys/key-range.ts'
import type { Change, ChangeListener, WatchedStore } from '../protocol/changes.ts'
import type { DatabaseSchema, HostConnection } from '../protocol/protocol.ts'
import type { Observation, Observed, ObserveOptions } from './observed.ts'
import { RecordChanges } from './record-changes.ts'

/** What is used of the core connection that a database stands for. */
interface ObservableConnection {
  readonly host: HostConnection
  readonly schema: DatabaseSchema
  readonly closePending: boolean
  readonly upgradeTransaction: unknown
}

/**
 * Calls `listener` once for each transaction that has committed changes to what is observed, whether it was made by this connection,
 * another of this thread, or one of another thread, tab or process that shares the directory or the server. It ends with the connection.
 *
 * @throws TypeError for a database that is not of this package; InvalidStateError for one that is closed, or being upgraded;
 * NotFoundError for an object store that it does not have
 */
export function observe(
  db: IDBDatabase,
  options: ObserveOptions,
  listener: (observed: Observed) => void,
): Observation {
  checkArguments('observe()', {
    db: [db, aDatabase],
    options: [options, anObject],
    listener: [listener, aFunction],
    'options.stores': [options?.stores, optional(aList)],
    'options.ranges': [options?.ranges, optional(theRanges)],
    'options.signal': [options?.signal, optional(aSignal)],
  })
  const connection = connectionOf(db)
  const { schema, host } = connection
  const telling = new Telling(connection, listener)
  const { signal } = options
  const stop = host.watch(watchedOf(options, schema), telling)
  const close = (): void => {
    telling.isOver = true
    signal?.removeEventListener('abort', close)
    stop()
  }
  if (signal?.aborted) close()
  else signal?.addEventListener('abort', close)
  return { close }
}

const aDatabase: Kind = [
  // The symbol is this package's alone; an object that is no database of it has nothing there.
  (value) => memberOf(value, connectionSymbol as unknown as string) !== undefined,
  'a database of this package',
]

const theRanges: Kind = [
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object { store: key or key range }',
]

const anObject: Kind = [
  (value) => typeof value === 'object' && value !== null,
  'an object ({} for all object stores)',
]

function connectionOf(db: IDBDatabase): ObservableConnection {
  const { [connectionSymbol]: connection } = db as unknown as {
    [connectionSymbol]: ObservableConnection
  }
  if (connection.upgradeTransaction) {
    throw domException('InvalidStateError', 'A database can be observed once it is open')
  }
  if (connection.closePending) {
    throw domException('InvalidStateError', 'The database connection is closed or closing')
  }
  return connection
}

function watchedOf(
  { ranges = {}, stores }: ObserveOptions,
  schema: DatabaseSchema,
): WatchedStore[] {
  const all = Array.from(schema.stores.values())
  const names = stores ? Array.from(stores, String) : namesByDefault(ranges, all)
  const known = all.map(({ name }) => name)
  const unknown = [...names, ...Object.keys(ranges)].find((it) => !known.includes(it))
  if (unknown !== undefined) throw noSuchStore(unknown, known)
  return all
    .filter(({ name }) => names.includes(name))
    .map(({ id, name }) => ({ storeId: id, ranges: encodedRanges(ranges, name) }))
}

function noSuchStore(wanted: string, names: readonly string[]): DOMException {
  const message = `There is no object store "${wanted}" to be observed${namesThereAre(wanted, names)}`
  const facts = { code: 'ERR_IDB_NO_SUCH_NAME', ...factsOfNames(wanted, names) } as const
  return domException('NotFoundError', message, facts)
}

function namesByDefault(
  ranges: NonNullable<ObserveOptions['ranges']>,
  all: readonly { readonly name: string }[],
): string[] {
  const names = Object.keys(ranges)
  return names.length > 0 ? names : all.map(({ name }) => name)
}

function encodedRanges(ranges: NonNullable<ObserveOptions['ranges']>, name: string) {
  if (!Object.hasOwn(ranges, name)) return null
  const given = ranges[name]
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  return list.map((it) => encodeRange(optionalRange(it)))
}

/** Brings what the host tells to the listener, in tasks of its own. */
class Telling implements ChangeListener {
  isOver = false
  readonly #connection: ObservableConnection
  readonly #listener: (observed: Observed) => void

  constructor(connection: ObservableConnection, listener: (observed: Observed) => void) {
    this.#connection = connection
    this.#listener = listener
  }

  changed(changes: readonly Change[], isOwn: boolean): void {
    const told = new RecordChanges(changes, this.#connection.schema)
    this.#queue(() => ({ type: 'change', isOwn, changes: told.list() }))
  }

  missed(): void {
    this.#queue(() => ({ type: 'missed' }))
  }

  #queue(observed: () => Observed): void {
    queueCall(() => this.#tell(observed))
  }

  #tell(observed: () => Observed): void {
    if (this.isOver) return
    try {
      this.#listener(observed())
    } catch (error) {
      reportException(error)
    }
  }
}
