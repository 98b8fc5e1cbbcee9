/**
 * Members under load whose owner dies or hands over at random, and what must hold after it: nothing that was acknowledged is lost,
 * nothing is half there, nothing is told wrongly, nothing runs twice, nothing is stuck.
 *
 * Each transaction reads a shared counter, stores the next number, and notes it in two more records: so the numbers of those that
 * have committed are 1, 2, 3 … without a gap and without a repetition, whatever owner they ran at.
 */
import type { HostConnection, Operation } from '../../../src/protocol/protocol.ts'
import type { Member } from '../../../src/membership/member.ts'
import { newCounts } from '../../../src/membership/session/reasons.ts'
import type { SurvivalCounts } from '../../../src/protocol/load.ts'
import type { ModelRecord } from '../model-state.ts'
import { createStores, open, put, scan, store, Tester, turn } from '../host-client.ts'
import { SharedDirectory } from './directory.ts'
import { randomNumbers } from './random-numbers.ts'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'

/** How a transaction was said to end; `dead`: nobody was told, as its own realm was the owner that died. */
type End = 'committed' | 'aborted' | 'dead'

interface Run {
  /** Its key in stores 1 and 2. */
  readonly key: number
  readonly number: number
  end: End
}

/** What a load has shown. */
export interface LoadReport {
  readonly counts: SurvivalCounts
  readonly transactions: number
  readonly committed: number
  readonly kills: number
  readonly handOvers: number
  /** What was wrong; empty: nothing. */
  readonly wrong: string[]
}

const counterKey = 0

export interface LoadOptions {
  readonly seed: number
  readonly members: number
  /** How many transactions each member runs. */
  readonly each: number
  /** Whether owners hand over, too, whatever they have open. */
  readonly handsOver: boolean
}

export class RandomLoad {
  readonly #random: () => number
  readonly #options: LoadOptions
  readonly #directory = new SharedDirectory()
  readonly #runs: Run[] = []
  readonly #members: Member[] = []
  readonly #dead = new Set<string>()
  #lastKey = 0
  #handOvers = 0
  #isOver = false

  constructor(options: LoadOptions) {
    this.#options = options
    this.#random = randomNumbers(options.seed)
  }

  async run(): Promise<LoadReport> {
    await this.#prepare()
    const disturbed = this.#disturb()
    const names = Array.from({ length: this.#options.members }, (_, i) => `member-${i}`)
    await Promise.all(names.map((name) => this.#runMember(name)))
    this.#isOver = true
    await disturbed
    return this.#report()
  }

  /** The database is there before anyone dies. */
  async #prepare(): Promise<void> {
    this.#directory.startStranger()
    const first = this.#directory.member('first')
    const connection = await open(first, 'db', { changes: createStores(store(1), store(2)) })
    const transaction = new Tester(connection)
    await transaction.execute(put(counterKey, bytesOf(0)))
    await transaction.commit()
    connection.close()
    await first.close()
  }

  /** Kills the owner, or has it hand over, again and again. */
  async #disturb(): Promise<void> {
    const directory = this.#directory
    const { handsOver } = this.#options
    while (!this.#isOver) {
      const turns = 1 + Math.floor(this.#random() * 30)
      for (let i = 0; i < turns && !this.#isOver; i++) await turn()
      directory.nextOwner = this.#random() < 0.5 ? 'member' : 'stranger'
      const owner = directory.owner?.client
      if (!owner || this.#isOver) continue
      if (handsOver && owner.startsWith('member') && this.#random() < 0.5) {
        this.#handOvers++
        directory.askToHandOver(owner)
      } else if (this.#random() < 0.5) this.#kill(owner)
      else {
        // In the middle of whatever passes next.
        directory.cutAt = directory.messageCount + 1 + Math.floor(this.#random() * 6)
        directory.killed = (name) => this.#noteDead(name)
      }
    }
    directory.cutAt = Infinity
  }

  #kill(owner: string): void {
    this.#noteDead(owner)
    this.#directory.kill()
  }

  /** With a member that owns the directory its whole realm dies. */
  #noteDead(owner: string): void {
    if (owner.startsWith('member')) this.#dead.add(owner)
  }

  async #runMember(name: string): Promise<void> {
    let left = this.#options.each
    for (let life = 0; left > 0; life++) {
      const client = `${name}-${life}`
      const member = this.#directory.member(client)
      this.#members.push(member)
      left -= await this.#live(member, client, left)
      if (!this.#dead.has(client)) await member.close()
    }
  }

  /** Runs transactions until there are enough or it is dead; gives how many it has run. */
  async #live(member: Member, client: string, most: number): Promise<number> {
    const died = this.#untilDead(client)
    const connection = await Promise.race([open(member, 'db'), died])
    if (!connection) return 0
    let count = 0
    while (count < most && !this.#dead.has(client)) {
      const atOnce = Math.min(most - count, 1 + Math.floor(this.#random() * 4))
      const runs = Array.from({ length: atOnce }, () => this.#transact(connection, client, died))
      await Promise.all(runs)
      count += atOnce
    }
    connection.close()
    return count
  }

  async #untilDead(client: string): Promise<null> {
    while (!this.#dead.has(client) && !this.#isOver) await turn()
    return null
  }

  async #transact(connection: HostConnection, client: string, died: Promise<null>): Promise<void> {
    const transaction = new Tester(connection, { stores: [1, 2] })
    const run: Run = { key: ++this.#lastKey, number: 0, end: 'dead' }
    this.#runs.push(run)
    const read = await Promise.race([transaction.execute(scanCounter()), transaction.ended, died])
    if (read === null) return
    if (typeof read !== 'string') {
      const number = numberOf(read.records[0]?.value ?? []) + 1
      Object.assign(run, { number })
      void transaction.execute(put(counterKey, bytesOf(number)))
      void transaction.execute(put(run.key, bytesOf(number)))
      if (this.#random() < 0.5) await Promise.race([turn(), died])
      const second = put(run.key, bytesOf(number), { storeId: 2, overwrite: false })
      const written = transaction.execute(second)
      if (this.#random() < 0.5) await Promise.race([written, transaction.ended, died])
      void transaction.commit()
    }
    const end = await Promise.race([transaction.ended, died])
    // A realm that is dead hears nothing, though here its host goes on.
    if (end !== null && !this.#dead.has(client))
      run.end = end === 'committed' ? 'committed' : 'aborted'
  }

  #report(): LoadReport {
    const counts = newCounts()
    for (const member of this.#members) {
      for (const [name, count] of Object.entries(member.counts)) {
        counts[name as keyof SurvivalCounts] += count
      }
    }
    const state = this.#directory.storage.files.get('db')
    const stores = [1, 2].map((id) => state?.stores.get(id) ?? new Map<string, ModelRecord>())
    return {
      counts,
      transactions: this.#runs.length,
      committed: this.#runs.filter(({ end }) => end === 'committed').length,
      kills: this.#directory.killCount,
      handOvers: this.#handOvers,
      wrong: this.#findWrong(stores),
    }
  }

  #findWrong(stores: readonly Map<string, ModelRecord>[]): string[] {
    const wrong: string[] = []
    const numbers: number[] = []
    for (const { key, number, end } of this.#runs) {
      const found = stores.map((records) => valueAt(records, key))
      const isThere = found[0] !== undefined
      if (found[0] !== found[1]) wrong.push(`torn: ${key} is ${String(found)}`)
      if (isThere) numbers.push(found[0] ?? 0)
      if (end === 'committed' && found[0] !== number) wrong.push(`lost: ${key}`)
      if (end === 'aborted' && isThere) wrong.push(`told wrongly: ${key} was aborted and is there`)
    }
    numbers.sort((a, b) => a - b)
    const isWhole = numbers.every((number, i) => number === i + 1)
    if (!isWhole) wrong.push(`not one after another: ${numbers.join(' ')}`)
    const counter = valueAt(stores[0] ?? new Map(), counterKey)
    if (counter !== numbers.length) wrong.push(`counter ${counter}, ${numbers.length} committed`)
    return wrong
  }
}

function bytesOf(number: number): number[] {
  return [number & 0xff, number >> 8]
}

function numberOf([low = 0, high = 0]: Iterable<number>): number {
  return low + high * 256
}

function scanCounter(): Operation {
  return { ...scan(), limit: 1 } as Operation
}

function valueAt(records: Map<string, ModelRecord>, key: number): number | undefined {
  const text = Buffer.from(encodeNumberKey(key)).toString('hex')
  const record = records.get(text)
  return record && numberOf(record.value)
}
