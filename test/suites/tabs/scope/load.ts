/**
 * The load of a tab in rounds of fail-over: transactions one after the other, each of which counts up a counter that all
 * tabs share and puts two records of its own. What became of each is told to the test's process at once.
 */

/** What a tab was told of one of its transactions. */
export interface Told {
  readonly tab: string
  /** Counts the transactions of the tab. */
  readonly n: number
  readonly outcome: 'committed' | 'aborted' | 'unknown'
  /** What the shared counter was set to; of an abort, the error. */
  readonly detail: string
  /** Since 1970. */
  readonly atMs: number
}

export interface LoadOptions {
  readonly tab: string
  /** Transactions at a time. */
  readonly lines: number
  /** Between two of them. */
  readonly pauseMs: number
  /** What it does wrong on purpose, to show that this is found. */
  readonly fault: Fault | null
}

export const faultNames = ['lost', 'torn', 'told', 'hang'] as const
export type Fault = (typeof faultNames)[number]

/** The transactions that a fault strikes. */
const struck = 25

/** What the database has in the end. */
export interface Stock {
  readonly counter: number
  /** `tab:n` → what the counter was set to; "torn" where the second record differs. */
  readonly records: Readonly<Record<string, string>>
}

/** An event at a connection. */
export interface ConnectionEvent {
  readonly type: string
  readonly atMs: number
}

interface Notes {
  tell(told: Told): Promise<void>
}

const databaseName = 'load'

export class Load {
  #isStopped = false
  #n = 0
  #connection: IDBDatabase | null = null
  #running: Promise<unknown> = Promise.resolve()
  /** Events that an idle connection must not get. */
  readonly noticed: ConnectionEvent[] = []

  async start(options: LoadOptions): Promise<void> {
    this.#connection = await this.#open()
    this.#isStopped = false
    this.#running = Promise.all(Array.from({ length: options.lines }, () => this.#work(options)))
  }

  async stop(): Promise<readonly ConnectionEvent[]> {
    this.#isStopped = true
    await this.#running
    return this.noticed
  }

  /** Reads the counter and all records in one transaction. */
  async stock(): Promise<Stock> {
    const connection = this.#connection ?? (await this.#open())
    const transaction = connection.transaction(['counter', 'records'])
    const counter = transaction.objectStore('counter').get('n')
    const keys = transaction.objectStore('records').getAllKeys()
    const values = transaction.objectStore('records').getAll()
    await new Promise((resolve) => (transaction.oncomplete = resolve))
    const stored = new Map(keys.result.map((key, at) => [String(key), String(values.result[at])]))
    const records: Record<string, string> = {}
    for (const [key, value] of stored) {
      const name = key.replace(/ .*/, '')
      const isWhole = stored.get(`${name} a`) === value && stored.get(`${name} b`) === value
      records[name] = isWhole ? value : 'torn'
    }
    return { counter: Number(counter.result ?? 0), records }
  }

  #open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(databaseName, 1)
      request.onupgradeneeded = () => {
        for (const store of ['counter', 'records']) request.result.createObjectStore(store)
      }
      request.onsuccess = () => {
        for (const type of ['close', 'versionchange']) {
          request.result.addEventListener(type, () => {
            this.noticed.push({ type, atMs: Date.now() })
          })
        }
        resolve(request.result)
      }
      request.onerror = () => reject(request.error ?? new Error('unreachable: it failed'))
    })
  }

  async #work(options: LoadOptions): Promise<void> {
    while (!this.#isStopped) {
      await this.#transact(options, ++this.#n)
      await new Promise((resolve) => setTimeout(resolve, options.pauseMs))
    }
  }

  async #transact({ tab, fault }: LoadOptions, n: number): Promise<void> {
    const { tell } = globalThis as unknown as Notes // The test's process has put it there.
    const strikes = n % struck === 0 ? fault : null
    const note = (outcome: Told['outcome'], detail: string): void =>
      void tell({ tab, n, outcome, detail, atMs: Date.now() })
    try {
      if (strikes === 'hang') return await new Promise(() => {})
      if (strikes === 'lost') return note('committed', '1')
      const count = await this.#count(`${tab}:${n}`, strikes === 'torn')
      note(strikes === 'told' ? 'aborted' : 'committed', count)
    } catch (error) {
      const isUnknown = JSON.stringify(causeOf(error)).includes('ERR_IDB_OUTCOME_UNKNOWN')
      note(isUnknown ? 'unknown' : 'aborted', String(error))
    }
  }

  #count(record: string, isTorn: boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const transaction = this.#connection?.transaction(['counter', 'records'], 'readwrite')
      if (!transaction) throw new Error('unreachable: the load has started')
      let next = 0
      const counter = transaction.objectStore('counter')
      const records = transaction.objectStore('records')
      const request = counter.get('n')
      request.onsuccess = () => {
        next = Number(request.result ?? 0) + 1
        records.put(next, `${record} a`)
        counter.put(next, 'n')
        if (!isTorn) records.put(next, `${record} b`)
      }
      transaction.oncomplete = () => resolve(String(next))
      transaction.onabort = () => reject(transaction.error ?? new Error('aborted without a reason'))
    })
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error || error instanceof DOMException
    ? ((error as Error).cause ?? null)
    : null
}
