/**
 * Scripts of several realms, through all of the package, while their owners die and hand over between any two messages. What each
 * was told must be what it is told where the committed ones run one after another at one owner, in the order of their commits, and
 * what they leave the same.
 */
import process from 'node:process'
import { factoryOn } from '../../../src/hosting/composition.ts'
import { createHost } from '../../../src/host/host.ts'
import { convertValueToKey } from '../../../src/keys/convert-value-to-key.ts'
import type { ClosableHost } from '../../../src/protocol/protocol.ts'
import { memberOf } from '../../../src/base/thrown.ts'
import { type ModelState, textOf } from '../model-state.ts'
import { ModelDirectory } from '../model-storage.ts'
import { completion, openDatabase } from '../promises.ts'
import { SharedDirectory } from './directory.ts'
import { Disturbance } from './disturbance.ts'
import { contentsOf } from './programs.ts'
import { randomNumbers } from './random-numbers.ts'
import { markerOf, Script, thrownByListener } from './script.ts'

/** How a transaction was told to end; `dead`: its realm died with the owner that it was. */
type End = 'complete' | 'aborted' | 'unknown' | 'dead'

interface Run {
  readonly id: number
  readonly stores: readonly string[]
  readonly mode: 'readonly' | 'readwrite'
  readonly durability: IDBTransactionDurability
  end: End
  script: Script | null
}

export interface ScriptsReport {
  readonly kills: number
  readonly ends: Record<End, number>
  /** How many transactions were held against those of one owner. */
  readonly compared: number
  /** What was wrong; empty: nothing. */
  readonly wrong: string[]
}

export interface ScriptsOptions {
  readonly seed: number
  readonly members: number
  /** How many transactions each member runs. */
  readonly each: number
}

const storeNames = ['a', 'b']
const disturbances = { hasty: 0, handOver: 0.2, within: 30 }

export class RandomScripts {
  readonly #options: ScriptsOptions
  readonly #random: () => number
  readonly #runs: Run[] = []
  /** The committed ones, in the order of their commits. */
  readonly #committed: number[] = []
  readonly #wrong: string[] = []
  readonly #directory: SharedDirectory
  readonly #disturbance: Disturbance

  constructor(options: ScriptsOptions) {
    this.#options = options
    this.#random = randomNumbers(options.seed)
    this.#directory = new SharedDirectory({ makeStorage: (former) => this.#makeStorage(former) })
    this.#disturbance = new Disturbance(this.#directory, this.#random, disturbances)
  }

  async run(): Promise<ScriptsReport> {
    return withoutUncaught(this.#wrong, async () => {
      this.#directory.startStranger()
      const first = this.#directory.member('first')
      ;(await open(first)).close()
      await first.close()
      const disturbed = this.#disturbance.run()
      const { members } = this.#options
      await Promise.all(Array.from({ length: members }, (_, i) => this.#runMember(`m-${i}`)))
      this.#disturbance.isOver = true
      await disturbed
      const compared = await this.#compare()
      return { kills: this.#directory.killCount, ends: this.#count(), compared, wrong: this.#wrong }
    })
  }

  #count(): Record<End, number> {
    const counts = { complete: 0, aborted: 0, unknown: 0, dead: 0 }
    for (const { end } of this.#runs) counts[end]++
    return counts
  }

  /** One that notes which script commits next, as long as its owner lives. */
  #makeStorage(former: ModelDirectory | null): ModelDirectory {
    const storage = new ModelDirectory()
    if (former) storage.takeOver(former)
    const set = storage.files.set.bind(storage.files)
    storage.files.set = (name, state) => {
      if (storage === this.#directory.storage) this.#noteCommit(storage.files.get(name), state)
      return set(name, state)
    }
    return storage
  }

  #noteCommit(before: ModelState | undefined, after: ModelState): void {
    for (const run of this.#runs) {
      if (run.mode === 'readonly' || run.end === 'aborted') continue
      if (!hasMarker(before, run.id) && hasMarker(after, run.id)) this.#committed.push(run.id)
    }
  }

  /** Lives until it has run enough; one that dies as the owner is followed by another. */
  async #runMember(name: string): Promise<void> {
    let left = this.#options.each
    for (let life = 0; left > 0; life++) {
      const client = `${name}-${life}`
      const member = this.#directory.member(client)
      const died = this.#disturbance.untilDead(client)
      const database = await Promise.race([open(member), died])
      while (database && left > 0 && !this.#disturbance.dead.has(client)) {
        const atOnce = Math.min(left, 1 + Math.floor(this.#random() * 3))
        left -= atOnce
        const runs = Array.from({ length: atOnce }, () => this.#transact(database, client))
        await Promise.race([Promise.all(runs), died])
        await this.#disturbance.turns(2)
      }
      database?.close()
      if (!this.#disturbance.dead.has(client)) await Promise.race([member.close(), died])
    }
  }

  #newRun(): Run {
    const choice = this.#random()
    const run: Run = {
      id: this.#runs.length + 1,
      stores: choice < 0.4 ? ['a'] : choice < 0.7 ? ['b'] : storeNames,
      mode: this.#disturbance.isLikely(0.75) ? 'readwrite' : 'readonly',
      durability: this.#disturbance.isLikely(0.3) ? 'strict' : 'relaxed',
      end: 'dead',
      script: null,
    }
    this.#runs.push(run)
    return run
  }

  async #transact(database: IDBDatabase, client: string): Promise<void> {
    const run = this.#newRun()
    const { transaction, script } = this.#begin(database, run)
    run.script = script
    await new Promise<void>((resolve) => {
      const end = (told: End): void => {
        if (!this.#disturbance.dead.has(client)) run.end = told
        resolve()
      }
      transaction.oncomplete = () => end('complete')
      transaction.onabort = () => end(isUnknown(transaction.error) ? 'unknown' : 'aborted')
    })
  }

  #begin(database: IDBDatabase, { id, stores, mode, durability }: Run) {
    const transaction = database.transaction([...stores], mode, { durability })
    const seed = this.#options.seed * 100_003 + id
    const marker = mode === 'readwrite' ? markerOf(id) : null
    return { transaction, script: new Script(transaction, { seed, marker }) }
  }

  /** Runs those that have committed once more, and those that have read at the places where they did. */
  async #compare(): Promise<number> {
    const storage = new ModelDirectory()
    const host = createHost({ storage, durability: 'relaxed' })
    const database = await open(host)
    const readers = this.#runs.filter(({ mode, end }) => mode === 'readonly' && end === 'complete')
    let compared = await this.#compareReaders(database, storage, readers)
    for (const id of this.#committed) {
      const run = this.#runs[id - 1]
      if (!run) throw new Error('unreachable: a script that was not run has committed')
      if (run.end === 'aborted') this.#wrong.push(`${id} was committed, and told to be aborted`)
      const again = await this.#runAgain(database, run)
      if (again.end !== 'complete') this.#wrong.push(`${id} is ${again.end} when it runs again`)
      this.#compareTold(run, again.told)
      compared += 1 + (await this.#compareReaders(database, storage, readers))
    }
    this.#compareEnds(readers, contentsOf(storage.files))
    database.close()
    await host.close()
    return compared
  }

  #compareEnds(readers: readonly Run[], contents: string): void {
    const committed = new Set(this.#committed)
    if (committed.size < this.#committed.length) this.#wrong.push('one was committed twice')
    for (const { id, mode, end } of this.#runs) {
      if (mode === 'readwrite' && end === 'complete' && !committed.has(id))
        this.#wrong.push(`${id} is lost`)
    }
    if (contentsOf(this.#directory.storage.files) !== contents)
      this.#wrong.push('what they left differs')
    for (const { id } of readers) this.#wrong.push(`${id} has read what never was`)
  }

  /** Those that have seen as many commits as there are; takes them off the list. */
  async #compareReaders(
    database: IDBDatabase,
    { files }: ModelDirectory,
    readers: Run[],
  ): Promise<number> {
    const state = files.get('db')
    const due = readers.filter(({ script, stores }) =>
      stores.every((name, i) => script?.told[i] === `markers ${countMarkers(state, name)}`),
    )
    for (const run of due) {
      readers.splice(readers.indexOf(run), 1)
      this.#compareTold(run, (await this.#runAgain(database, run)).told)
    }
    return due.length
  }

  async #runAgain(database: IDBDatabase, run: Run): Promise<{ end: string; told: string[] }> {
    const { transaction, script } = this.#begin(database, run)
    const end = await completion(transaction).then(
      () => 'complete',
      () => 'aborted',
    )
    return { end, told: script.told }
  }

  /** One that was not told its end was told the beginning. */
  #compareTold({ id, script, end }: Run, again: readonly string[]): void {
    const told = script?.told ?? []
    const expected = end === 'complete' ? again : again.slice(0, told.length)
    // The end of a transaction whose outcome is unknown is told to its requests.
    const heard = end === 'complete' ? told : told.filter((line) => !line.endsWith('AbortError'))
    const isSame =
      end === 'complete'
        ? JSON.stringify(heard) === JSON.stringify(expected)
        : heard.every((line, i) => line === expected[i])
    if (!isSame)
      this.#wrong.push(`${id} (${end}) was told ${heard.join('; ')} not ${again.join('; ')}`)
  }
}

function open(host: ClosableHost): Promise<IDBDatabase> {
  return openDatabase(
    factoryOn(host),
    (database) => {
      for (const name of storeNames) {
        const store = database.createObjectStore(name, { autoIncrement: true })
        store.createIndex('v', 'v')
        store.createIndex('u', 'u', { unique: true })
      }
    },
    { name: 'db' },
  )
}

function markerText(id: number): string {
  const key = convertValueToKey(markerOf(id))
  if (!key) throw new Error('unreachable: a text is a key')
  return textOf(key)
}

function hasMarker(state: ModelState | undefined, id: number): boolean {
  const text = markerText(id)
  return [...(state?.stores.values() ?? [])].some((records) => records.has(text))
}

const markerPrefix = markerText(0).slice(0, 4)

function countMarkers(state: ModelState | undefined, name: string): number {
  const store = [...(state?.schema.stores.values() ?? [])].find((it) => it.name === name)
  const records = store && state?.stores.get(store.id)
  return [...(records?.keys() ?? [])].filter((key) => key.startsWith(markerPrefix)).length
}

function isUnknown(error: unknown): boolean {
  return memberOf(memberOf(error, 'cause'), 'code') === 'ERR_IDB_OUTCOME_UNKNOWN'
}

/** Runs something in which listeners throw; what else is thrown is wrong. */
async function withoutUncaught<Result>(
  wrong: string[],
  run: () => Promise<Result>,
): Promise<Result> {
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const listener = (error: unknown): void => {
    if (memberOf(error, 'message') !== thrownByListener) wrong.push(`uncaught: ${String(error)}`)
  }
  process.on('uncaughtException', listener)
  try {
    return await run()
  } finally {
    process.removeListener('uncaughtException', listener)
    for (const other of others) process.on('uncaughtException', other)
  }
}
