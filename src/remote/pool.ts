/** The connections to the server that transactions use, one each. */
import { append } from '../base/own-property.ts'
import { Fifo } from '../base/fifo.ts'
import type { Connector } from './wire/connect.ts'
import type { TransactionStatements } from './sql/transaction-statements.ts'
import type { Wire } from './wire/wire.ts'

/** A connection, for a transaction's length. */
export class Lease {
  readonly wire: Wire
  /** Names the connection among its client's. */
  readonly slot: number
  /** Whether the server does not wait for its disk unless it is told to. */
  readonly isRelaxedServer: boolean
  #token = 0

  constructor(wire: Wire, slot: number, isRelaxedServer: boolean) {
    this.wire = wire
    this.slot = slot
    this.isRelaxedServer = isRelaxedServer
  }

  /** The number of the next transaction; the one after it is never used, see `Session.outcomeOf()`. */
  nextToken(): number {
    this.#token += 2
    return this.#token
  }
}

/** What a pool needs. */
export interface PoolOptions {
  readonly connector: Connector
  readonly statements: TransactionStatements
  readonly most: number
  /** Resolves with the client's name once its session is there, to which slots belong. */
  readonly client: () => Promise<string>
}

interface Waiting {
  resolve(lease: Lease): void
  reject(error: unknown): void
}

export class Pool {
  readonly #options: PoolOptions
  readonly #idle: Lease[] = []
  readonly #all = new Set<Lease>()
  readonly #waiting = new Fifo<Waiting>()
  /** How many are there or being made. */
  #count = 0
  #lastSlot = 0

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** The slots of the connections that there are. */
  get slots(): number[] {
    return Array.from(this.#all, ({ slot }) => slot)
  }

  /** A connection, as soon as there is one. @throws UnknownError where the server cannot be reached */
  async acquire(): Promise<Lease> {
    const idle = this.#takeIdle()
    if (idle) return idle
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      if (this.#count < this.#options.most) void this.#make()
    })
  }

  /** It must be idle. */
  release(lease: Lease): void {
    if (lease.wire.isLost) return
    const next = this.#waiting.shift()
    if (next) next.resolve(lease)
    else append(this.#idle, lease)
  }

  /** Closes all; none must be in use. */
  async close(): Promise<void> {
    const all = [...this.#all]
    this.#idle.length = 0
    await Promise.all(all.map(({ wire }) => wire.end().catch(() => {})))
  }

  #takeIdle(): Lease | undefined {
    for (let lease = this.#idle.pop(); lease; lease = this.#idle.pop()) {
      if (!lease.wire.isLost) return lease
    }
    return undefined
  }

  /** Never rejects: one of those who wait is told. */
  async #make(): Promise<void> {
    this.#count++
    try {
      const lease = await this.#connect()
      this.#all.add(lease)
      lease.wire.onLoss(() => this.#lost(lease))
      this.release(lease)
    } catch (error) {
      this.#count--
      this.#waiting.shift()?.reject(error)
    }
  }

  async #connect(): Promise<Lease> {
    const { connector, statements, client } = this.#options
    const name = await client()
    const wire = await connector.connect()
    const slot = ++this.#lastSlot
    const [, [row]] = await Promise.all([
      wire.ask(statements.makeSlot, [name, slot]),
      wire.ask({ text: "SELECT current_setting('synchronous_commit') = 'off'" }),
    ])
    return new Lease(wire, slot, row?.[0] === 't')
  }

  #lost(lease: Lease): void {
    this.#all.delete(lease)
    this.#count--
    if (this.#waiting.first()) void this.#make()
  }
}
