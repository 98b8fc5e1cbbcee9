/** Writes to random object stores, and reads beside that, noting what it is told. */
import { setTimeout as pause } from 'node:timers/promises'
import { close, type IDBErrorCause } from '../../../src/index.ts'
import { serverSettings } from '../../../src/remote/options.ts'
import { Connector } from '../../../src/remote/wire/connect.ts'
import type { Wire } from '../../../src/remote/wire/wire.ts'
import { seededRandom } from '../../kit/history/random.ts'
import { remoteFactory } from '../../kit/postgres-schema.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import type { LoadOrder, LoadReport } from './child-report.ts'

/** How many object stores there are. */
const storeCount = 6

/** For how long nothing takes that is not stuck: a server is looked for, and another one finds that it has to take over. */
const stuckMs = 100_000

/** Makes the database that is written to. */
export async function makeLoadDatabase(
  connectionString: string | readonly string[],
  schema: string,
): Promise<void> {
  const factory = remoteFactory({ connectionString, schema }, () => {})
  const upgrade = (database: IDBDatabase): void => {
    for (let i = 0; i < storeCount; i++) database.createObjectStore(nameOf(i))
  }
  await openDatabase(factory, upgrade, { name: 'shared' })
  await close(factory)
}

/** A load that goes on until it is stopped. */
export class Load {
  readonly report: LoadReport = {
    committed: [],
    aborted: [],
    stuck: [],
    unknown: 0,
    torn: 0,
    overlaps: 0,
    reads: 0,
    codes: {},
  }
  /** Called whenever a transaction is told to be complete. */
  onCommit: () => void = () => {}
  readonly #order: LoadOrder
  readonly #factory: IDBFactory
  #opening: Promise<IDBDatabase> | null = null
  #isOver = false
  readonly #ended: Promise<unknown>

  constructor(order: LoadOrder) {
    this.#order = order
    const { connectionString, directConnectionString, schema, writers } = order
    this.#factory = remoteFactory({ connectionString, directConnectionString, schema }, () => {})
    const writing = Array.from({ length: writers }, (_, i) => this.#write(i))
    this.#ended = Promise.all([...writing, this.#read()])
  }

  /** Resolves once all that was begun has ended. */
  async stop(): Promise<void> {
    this.#isOver = true
    await this.#ended
    await close(this.#factory)
  }

  /** The database, opened again where it was closed by force. */
  #open(): Promise<IDBDatabase> {
    const opening = (this.#opening ??= resultOf(this.#factory.open('shared')).then((database) => {
      database.onclose = () => (this.#opening = null)
      return database
    }))
    opening.catch(() => (this.#opening = null))
    return opening
  }

  async #write(number: number): Promise<void> {
    const { seed, name, looksForOverlaps, pauseMs } = this.#order
    const random = seededRandom(seed, number)
    const looking = looksForOverlaps ? await this.#connect() : null
    for (let i = 0; !this.#isOver; i++) {
      const token = `${name}-${number}-${i}`
      const scope = [
        ...new Set(
          Array.from({ length: 1 + random.below(3) }, () => nameOf(random.below(storeCount))),
        ),
      ]
      const timer = setTimeout(() => this.report.stuck.push(token), stuckMs)
      try {
        await this.#writeTo(await this.#open(), { scope, token, looking })
        this.report.committed.push(token)
        this.onCommit()
      } catch (error) {
        this.#note(error, token)
        // What has failed at once would fail again, until the event loop has turned.
        await pause(1)
      }
      clearTimeout(timer)
      if (pauseMs > 0) await pause(pauseMs)
    }
    await looking?.end()
  }

  #connect(): Promise<Wire> {
    const { connectionString: by, directConnectionString = by } = this.#order
    const { reaching } = serverSettings({ connectionString: directConnectionString })
    return new Connector(reaching).connect()
  }

  /** Adds one to both counters of each store, and notes the token there. */
  async #writeTo(database: IDBDatabase, { scope, token, looking }: Writing): Promise<void> {
    const transaction = database.transaction(scope, 'readwrite', { durability: 'strict' })
    const ended = completion(transaction)
    ended.catch(() => {}) // It is awaited below.
    try {
      const counts = await Promise.all(scope.map((name) => this.#countersIn(transaction, name)))
      if (looking) await this.#look(transaction, scope, looking)
      for (const [i, name] of scope.entries()) {
        const store = transaction.objectStore(name)
        store.put((counts[i] ?? 0) + 1, 'a')
        store.put((counts[i] ?? 0) + 1, 'b')
        store.add(scope, ['token', token])
      }
    } catch {
      // The transaction's end says why.
    }
    await ended
  }

  async #countersIn(transaction: IDBTransaction, name: string): Promise<number> {
    const store = transaction.objectStore(name)
    const [a = 0, b = 0] = await Promise.all(
      ['a', 'b'].map((key) => resultOf<number | undefined>(store.get(key))),
    )
    if (a !== b) this.report.torn++
    return a
  }

  /** Takes a lock for each store, which is free unless another is in a transaction on it, and goes on asking meanwhile. */
  async #look(transaction: IDBTransaction, scope: string[], looking: Wire): Promise<void> {
    let isOver = false
    const numbers = scope.map((name) => Number(name.slice(-1)))
    const looked = looking
      .ask(take, [numbers])
      .then((rows) => {
        if (rows.some(([isFree]) => isFree !== 't')) this.report.overlaps++
        return looking.ask({ text: 'SELECT pg_advisory_unlock_all()' })
      })
      .finally(() => (isOver = true))
    const store = transaction.objectStore(scope[0] ?? '')
    while (!isOver) await resultOf(store.get('a'))
    await looked
    await resultOf(store.get('a'))
  }

  #note(error: unknown, token: string): void {
    const cause = (error as DOMException).cause as IDBErrorCause | undefined
    const code = [cause?.code ?? String(error), cause?.systemCode ?? []].flat().join(' ')
    this.report.codes[code] = (this.report.codes[code] ?? 0) + 1
    if (cause?.code === 'ERR_IDB_OUTCOME_UNKNOWN') this.report.unknown++
    else this.report.aborted.push(token)
  }

  /** All stores twice, in a transaction each time: one state. */
  async #read(): Promise<void> {
    const names = Array.from({ length: storeCount }, (_, i) => nameOf(i))
    while (!this.#isOver) {
      try {
        const transaction = (await this.#open()).transaction(names)
        const first = await counters(transaction)
        const second = await counters(transaction)
        if (JSON.stringify(first) !== JSON.stringify(second)) this.report.torn++
        if (first.some(([a, b]) => a !== b)) this.report.torn++
        this.report.reads++
      } catch {
        // Its connection was cut.
      }
      await pause(this.#order.pauseMs)
    }
  }
}

interface Writing {
  readonly scope: string[]
  readonly token: string
  readonly looking: Wire | null
}

const take = { text: 'SELECT pg_try_advisory_lock(4711, n) FROM unnest($1::int[]) n' }

function nameOf(store: number): string {
  return `store ${store}`
}

function counters(transaction: IDBTransaction): Promise<unknown[][]> {
  return Promise.all(
    [...transaction.db.objectStoreNames].map((name) => {
      const store = transaction.objectStore(name)
      return Promise.all([resultOf(store.get('a')), resultOf(store.get('b'))])
    }),
  )
}
