/** The databases of the load, and a thread's connections to them. */
import { openDatabase } from '../../../kit/promises.ts'
import { indexKinds, type IndexName, storeKinds, type StoreName } from '../../model/program.ts'
import { toggle } from '../../model/play.ts'
import type { Log } from './log.ts'

/** Transactions of one lane come one after the other, those of two lanes at the same time. */
export const lanes = ['a', 'b'] as const
export type Lane = (typeof lanes)[number]

export const accountCount = 8
export const itemCount = 12
/** What all accounts of a lane hold together, and of both lanes together. */
export const laneSum = accountCount * 100

/** Object stores in which each committed transaction leaves its id and its number, and the counter it took that from. */
export function journalStores(suffix: string): string[] {
  return [`journal${suffix}`, `counter${suffix}`]
}

function createJournal(database: IDBDatabase, suffix: string): void {
  database.createObjectStore(`journal${suffix}`, { autoIncrement: true })
  const counter = database.createObjectStore(`counter${suffix}`)
  for (const name of ['tickets', 'raises', 'claims']) counter.put(0, name)
}

/** Two lanes, each with accounts whose sum stays, items that cursors raise, and names that are unique. */
function createBank(database: IDBDatabase): void {
  for (const lane of lanes) {
    createJournal(database, `-${lane}`)
    const accounts = database.createObjectStore(`accounts-${lane}`)
    for (let i = 0; i < accountCount; i++) accounts.put(laneSum / accountCount, i)
    const items = database.createObjectStore(`items-${lane}`)
    for (let i = 0; i < itemCount; i++) items.put({ count: 0 }, i)
    const names = database.createObjectStore(`names-${lane}`, { keyPath: 'id' })
    names.createIndex('name', 'name', { unique: true })
  }
}

/** All that the model knows, and the journal by which its judge knows the order. */
function createModel(database: IDBDatabase, transaction: IDBTransaction): void {
  createJournal(database, '')
  for (const source of everything()) toggle(database, transaction, source)
}

/** Every store and index of the model. */
export function everything(): { store: StoreName; index: IndexName | null }[] {
  const indexes: (IndexName | null)[] = [null, ...(Object.keys(indexKinds) as IndexName[])]
  return (Object.keys(storeKinds) as StoreName[]).flatMap((store) =>
    indexes.map((index) => ({ store, index })),
  )
}

function createOwn(database: IDBDatabase): void {
  createJournal(database, '')
  database.createObjectStore('own')
}

type Create = (database: IDBDatabase, transaction: IDBTransaction) => void

const creates: Readonly<Record<string, Create>> = {
  bank: createBank,
  model: createModel,
  idle: (database) => database.createObjectStore('idle').put('idle', 1),
}

/** The connections of a thread, each opened when it is first needed and again after it was closed. */
export class Connections {
  readonly #factory: () => IDBFactory
  readonly #log: Log
  readonly #open = new Map<string, Promise<IDBDatabase>>()
  #isLeaving = false

  constructor(factory: () => IDBFactory, log: Log) {
    this.#factory = factory
    this.#log = log
  }

  to(name: string): Promise<IDBDatabase> {
    const known = this.#open.get(name)
    if (known) return known
    const opened = openDatabase(this.#factory(), creates[name] ?? createOwn, { name })
    this.#open.set(name, opened)
    opened.then(
      (database) => this.#watch(name, database, opened),
      () => this.#open.delete(name),
    )
    return opened
  }

  /** Lets the thread close them by itself, within `leave`. */
  async whileLeaving(leave: () => Promise<void>): Promise<void> {
    this.#isLeaving = true
    await leave()
    this.#open.clear()
    this.#isLeaving = false
  }

  #watch(name: string, database: IDBDatabase, opened: Promise<IDBDatabase>): void {
    for (const type of ['close', 'versionchange']) {
      database.addEventListener(type, () => {
        // Of those that it has closed itself the events may come later.
        if (this.#isLeaving || this.#open.get(name) !== opened) return
        this.#open.delete(name)
        this.#log({ t: 'noticed', what: `${type} at a connection to ${name}` })
      })
    }
  }
}
