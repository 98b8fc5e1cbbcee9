/** Runs a program on databases and on the model, and finds where they differ. */
import { close } from '../../../src/index.ts'
import { resultOf } from '../../kit/promises.ts'
import { Model } from './model.ts'
import { playTransaction, toggle } from './play.ts'
import type { IndexName, Program, Step, StoreName } from './program.ts'
import { entriesOf, type Entry } from './records.ts'
import { textOf } from './text.ts'

/** Where the databases are. */
export interface Place {
  /** Makes a factory on it. */
  create(): IDBFactory
  /** How many factories take turns, each as another process would. Left out: one. */
  readonly factories?: number
  /** What is wrong with what is stored, while no factory has it open. */
  check(): Promise<string[]>
}

/** What differs, and at which step, counted from 0; null: nothing. */
export async function runProgram(program: Program, place: Place): Promise<string | null> {
  const run = new Run(place)
  try {
    for (const [number, step] of program.entries()) {
      const difference = await run.step(step)
      if (difference !== null) return `step ${number}: ${difference}`
    }
    return await run.settle()
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`
  } finally {
    await run.end()
  }
}

class Run {
  readonly #place: Place
  readonly #model = new Model()
  #factories: IDBFactory[] = []
  #database: IDBDatabase | null = null
  /** Transactions that may still run. */
  #running: Promise<string | null>[] = []

  constructor(place: Place) {
    this.#place = place
    this.#create()
  }

  async step(step: Step): Promise<string | null> {
    if (step.do === 'transaction') return this.#transact(step)
    const difference = await this.settle()
    if (difference !== null) return difference
    switch (step.do) {
      case 'upgrade':
        return this.#upgrade(step)
      case 'deleteDatabase':
        this.#disconnect()
        this.#model.deleteDatabase()
        await resultOf(this.#next().deleteDatabase('model'))
        return null
      case 'reopen':
        return this.#reopen()
    }
  }

  /** Waits for the transactions that run. */
  async settle(): Promise<string | null> {
    const differences = await Promise.all(this.#running.splice(0))
    return differences.find((it) => it !== null) ?? null
  }

  async end(): Promise<void> {
    await Promise.all(this.#factories.map((factory) => close(factory)))
  }

  #create(): void {
    const { factories = 1 } = this.#place
    this.#factories = Array.from({ length: factories }, () => this.#place.create())
  }

  /** The factory whose turn it is. */
  #next(): IDBFactory {
    const [factory, ...rest] = this.#factories as [IDBFactory, ...IDBFactory[]] // There is one at least.
    this.#factories = [...rest, factory]
    return factory
  }

  async #transact(step: Step & { do: 'transaction' }): Promise<string | null> {
    const difference = step.isEarly ? null : await this.settle()
    if (difference !== null) return difference
    const database = await this.#connect()
    const planned = this.#model.transact(step)
    if (planned.scope.length > 0) this.#running.push(playTransaction(database, planned, step))
    return null
  }

  async #upgrade(step: Step & { do: 'upgrade' }): Promise<string | null> {
    this.#disconnect()
    const newVersion = this.#model.version + 1
    const { changes, fails } = this.#model.upgrade(step)
    const request = this.#next().open('model', newVersion)
    request.onupgradeneeded = () => {
      if (!request.transaction) throw new Error('unreachable: an upgrade without a transaction')
      for (const change of changes) toggle(request.result, request.transaction, change)
      if (step.isAborted) request.transaction.abort()
    }
    const outcome = await resultOf(request).then(
      (database) => {
        this.#database = database
        // What it has made, another is to find.
        if (this.#factories.length > 1) this.#disconnect()
        return 'opened'
      },
      (error: unknown) => (error as DOMException).name, // requests fail with these
    )
    const expected = fails ? 'AbortError' : 'opened'
    return outcome === expected ? null : `${textOf(step)} gave ${outcome} and not ${expected}`
  }

  /** Compares everything, checks the closed file, and goes on with new factories. */
  async #reopen(): Promise<string | null> {
    const difference = await this.#compare()
    this.#disconnect()
    await this.end()
    const problems = difference === null ? await this.#place.check() : []
    this.#create()
    if (problems.length > 0) return `the check found ${problems.join('; ')}`
    return difference ?? this.#compare()
  }

  async #compare(): Promise<string | null> {
    const { version, stores } = this.#model
    const listed = textOf(await this.#next().databases())
    const expected = textOf(version === 0 ? [] : [{ name: 'model', version }])
    if (listed !== expected) return `databases() gave ${listed} and not ${expected}`
    if (version === 0) return null
    const database = await this.#connect()
    const names = textOf([...database.objectStoreNames])
    const expectedNames = textOf([...stores.keys()].sort())
    if (names !== expectedNames) return `the stores are ${names} and not ${expectedNames}`
    for (const [name, store] of stores) {
      for (const index of [null, ...store.indexes]) {
        const found = await this.#read(database, name, index)
        const wanted = textOf(entriesOf(store, index).map(plain))
        if (found !== wanted) return `${name} ${index} holds\n  ${found} and not\n  ${wanted}`
        const count = await resultOf(sourceIn(database, name, index).count())
        const { length } = entriesOf(store, index)
        if (count !== length) return `${name} ${index} counts ${count} and not ${length}`
      }
    }
    return null
  }

  async #read(database: IDBDatabase, name: StoreName, index: IndexName | null): Promise<string> {
    const source = sourceIn(database, name, index) as unknown as RecordSource
    return textOf((await resultOf(source.getAllRecords())).map(plain))
  }

  async #connect(): Promise<IDBDatabase> {
    if (this.#database) return this.#database
    this.#model.open()
    this.#database = await resultOf(this.#next().open('model'))
    return this.#database
  }

  #disconnect(): void {
    this.#database?.close()
    this.#database = null
  }
}

function sourceIn(
  database: IDBDatabase,
  name: StoreName,
  index: IndexName | null,
): IDBObjectStore | IDBIndex {
  const store = database.transaction(name).objectStore(name)
  return index === null ? store : store.index(index)
}

/** The platform's types do not know the method yet. */
interface RecordSource {
  getAllRecords(): IDBRequest<Entry[]>
}

const plain = ({ key, primaryKey, value }: Entry): Entry => ({ key, primaryKey, value })
