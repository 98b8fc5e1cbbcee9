/**
 * Calls of the file system fail, once or from then on, while a storage directory opens, lists, deletes, copies its logs, salvages
 * and closes. Whatever comes of it, nothing stays open, nothing is lost, and all goes on when calls succeed again.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { StorageError } from '../../../src/errors.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { type Engine, loadEngine } from '../../../src/sqlite/engine.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import type {
  CommitMark,
  Storage,
  StorageDirectory,
  StorageTransaction,
} from '../../../src/storage/storage.ts'
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import { faulty, type FaultyVfs } from '../../../src/testing/fault-vfs.ts'

/** How a directory was left, and how it is opened. */
interface Situation {
  readonly name: string
  readonly state: 'closed' | 'killed' | 'damaged'
  readonly quota?: number
  readonly isPersistent?: boolean
}

const situations: readonly Situation[] = [
  { name: 'closed', state: 'closed' },
  { name: 'killed', state: 'killed' },
  { name: 'closed, with a quota', state: 'closed', quota: 1_000_000 },
  { name: 'killed, with a quota', state: 'killed', quota: 1_000_000 },
  { name: 'damaged', state: 'damaged' },
  { name: 'in memory', state: 'closed', isPersistent: false },
  { name: 'in memory, with a quota', state: 'closed', isPersistent: false, quota: 1_000_000 },
]

const mark = { client: 'a', slot: 0, number: 1 }
const markedKey = keyOf('marked')

type Work = (directory: StorageDirectory) => Promise<unknown>

/** What is done while calls fail. */
const works: readonly (readonly [string, Work])[] = [
  ['open', async (directory) => (await directory.open('test')).close()],
  ['create', async (directory) => (await create(directory, 'new')).close()],
  ['list', (directory) => directory.list()],
  ['delete', (directory) => directory.delete('test')],
  ['delete with a mark', (directory) => directory.delete('test', mark)],
  ['commit with a mark', commitMarked],
  ['close all', closeAll],
  ['checkpoint', checkpoint],
]

/** What was tried. */
export interface FailingStorageCounts {
  calls: number
  failedWorks: number
  readonly wrong: string[]
}

/** From here on the calls of a work are much alike: those that read a damaged file page by page. */
const alikeFrom = 100

/** The next call to strike: every one, or every so-manieth, and ever fewer of those that are alike. */
function nextCall(nth: number, every: number): number {
  const step = every > 1 && nth > alikeFrom ? Math.ceil(nth / 20) : every
  return nth + Math.max(every, step)
}

/** Strikes every so-manieth call of each work in each situation; every one where that is 1. */
export async function failStorageCalls(every: number): Promise<FailingStorageCounts> {
  const engine = await loadTheEngine()
  const counts: FailingStorageCounts = { calls: 0, failedWorks: 0, wrong: [] }
  for (const situation of situations) {
    const left = await leave(engine, situation)
    for (const [name, work] of works) {
      for (const times of timesIn(situation)) {
        for (let nth = 1; ; nth = nextCall(nth, every)) {
          const run = new Run({ engine, situation, left, nth, times })
          const wrong = await run
            .strike(name, work)
            .catch((error: unknown) => `threw ${describe(error)}`)
          if (!run.hasStruck) break
          counts.calls++
          if (run.hasFailed) counts.failedWorks++
          const often = times === 1 ? 'once' : 'from then on'
          if (wrong !== null)
            counts.wrong.push(`${name}, ${situation.name}, call ${nth} failing ${often}: ${wrong}`)
        }
      }
    }
  }
  return counts
}

/** In memory a call fails for want of memory, which undoing what was done needs none of: one at a time. */
function timesIn({ isPersistent = true }: Situation): readonly number[] {
  return isPersistent ? [1, Infinity] : [1]
}

interface RunOptions {
  readonly engine: Engine
  readonly situation: Situation
  readonly left: MemoryVfs
  readonly nth: number
  readonly times: number
}

class Run {
  hasStruck = false
  hasFailed = false
  readonly #options: RunOptions
  readonly #vfs: FaultyVfs

  constructor(options: RunOptions) {
    this.#options = options
    this.#vfs = faulty(options.left.fork())
  }

  /** Gives what was wrong; null for nothing. */
  async strike(name: string, work: Work): Promise<string | null> {
    const { nth, times } = this.#options
    const directory = this.#open()
    this.#vfs.inject({ faults: [{ on: 'any', nth, times }] })
    const error = await failureOf(work(directory))
    this.hasFailed = error !== null
    this.hasStruck = this.#vfs.callCount('any') >= nth
    this.#vfs.inject({})
    if (error !== null && !(error instanceof StorageError)) return `failed with ${describe(error)}`
    await directory.close()
    return this.#stillOpen() ?? (await this.#lookOver(name))
  }

  async #lookOver(name: string): Promise<string | null> {
    const directory = this.#open()
    const names = (await directory.list()).map((it) => it.name)
    const database = await directory.open('test')
    const problems = database.care.check()
    const count = database.schema.version === 0 ? 0 : countOf(database)
    const isThere = names.includes('test')
    const isMarked = isThere && !database.hasLostMarks && database.markOf('a', 0) === mark.number
    const hasMarked = count > 0 && hasRecord(database, markedKey)
    await database.close()
    const deleted = await directory.deletedFor(mark)
    await directory.close()
    if (isMarked !== hasMarked) return 'has a mark without its commit, or the other way round'
    if (name === 'delete with a mark' && (deleted !== null) === isThere)
      return `is ${isThere ? 'there' : 'gone'}, and the deletion was ${deleted}`
    if (problems.length > 0) return problems.join('; ')
    if (isThere !== database.schema.version > 0)
      return 'is listed and is not there, or the other way round'
    if (!isThere && !name.startsWith('delete')) return 'is gone'
    if (isThere && count === 0) return 'has lost its records'
    return this.#stillOpen()
  }

  #stillOpen(): string | null {
    const open = this.#vfs.openFiles()
    return open.length === 0 ? null : `never closed ${open.join(', ')}`
  }

  #open(): StorageDirectory {
    return openOn(this.#vfs, this.#options.engine, this.#options.situation)
  }
}

function openOn(
  vfs: FaultyVfs,
  engine: Engine,
  { quota, isPersistent = true }: Situation,
): StorageDirectory {
  return openStorageDirectory({
    vfs: { ...vfs, isPersistent },
    path: 'test',
    waitMs: 0,
    getEngine: () => Promise.resolve(engine),
    quotaBytes: quota,
    ifCorrupt: 'salvage',
    integrityCheck: 'always',
    onWarning: () => {},
  })
}

/** A database of some records, as the situation has it. */
async function leave(engine: Engine, situation: Situation): Promise<MemoryVfs> {
  const vfs = memory()
  const directory = openOn(faulty(vfs), engine, situation)
  const database = await create(directory, 'test')
  write(database, (it) => putSome(it, 200))
  if (situation.state === 'killed') return vfs.fork()
  await database.close()
  await directory.close()
  if (situation.state === 'damaged') damage(vfs)
  return vfs
}

/** Overwrites the last page, in which records are. */
function damage(vfs: MemoryVfs): void {
  const file = vfs.directory('test').open(fileNameOf('test'), { create: false })
  file?.write(new Uint8Array(4096).fill(0xa7), file.size() - 4096)
  file?.close()
}

async function create(directory: StorageDirectory, name: string): Promise<Storage> {
  const database = await directory.open(name)
  try {
    write(database, (it) => {
      const store = { id: 1, name: 's', keyPath: null, autoIncrement: false, indexes: new Map() }
      it.changeSchema({ type: 'setVersion', version: 1 })
      it.changeSchema({ type: 'createObjectStore', store })
    })
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}

/** As a host writes: what fails is rolled back. */
function write(
  database: Storage,
  work: (transaction: StorageTransaction) => void,
  commitMark?: CommitMark,
): void {
  const transaction = database.begin()
  try {
    work(transaction)
    transaction.commit(commitMark)
  } catch (error) {
    transaction.rollback()
    throw error
  }
}

async function closeAll(directory: StorageDirectory): Promise<void> {
  const database = await directory.open('test')
  write(database, (it) => putSome(it, 20))
  await directory.close()
}

/** A record of which a mark tells. */
async function commitMarked(directory: StorageDirectory): Promise<void> {
  const database = await directory.open('test')
  try {
    write(database, (it) => putUnder(it, markedKey, 400), mark)
  } finally {
    await database.close()
  }
}

async function checkpoint(directory: StorageDirectory): Promise<void> {
  const database = await directory.open('test')
  try {
    write(database, (it) => putSome(it, 20, 20_000))
    await database.durability.syncLater?.()
    while (database.care.housekeep());
    database.durability.sync()
  } finally {
    await database.close()
  }
}

function putSome(transaction: StorageTransaction, count: number, sizeBytes = 400): void {
  for (let i = 0; i < count; i++) {
    putUnder(transaction, keyOf(String(i).padStart(5, '0')), sizeBytes)
  }
}

function putUnder(transaction: StorageTransaction, key: Uint8Array, sizeBytes: number): void {
  const value = new Uint8Array(sizeBytes).fill(key.length)
  transaction.put({ storeId: 1, key, value, indexKeys: null, overwrite: true })
}

/** A string key as the engine's tables have it: tag, text, end. */
function keyOf(text: string): Uint8Array {
  return Uint8Array.from(`\x30${text}\0`, (it) => it.charCodeAt(0))
}

function hasRecord(database: Storage, key: Uint8Array): boolean {
  const upper = Uint8Array.of(...key, 0)
  return database.count(1, 0, { lower: key, upper }) > 0
}

function countOf(database: Storage): number {
  return database.count(1, 0, { lower: new Uint8Array(0), upper: Uint8Array.of(0xff) })
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
    return null
  } catch (error) {
    return error
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

function loadTheEngine(): Promise<Engine> {
  const path = createRequire(import.meta.url).resolve('wa-sqlite/dist/wa-sqlite.wasm')
  return loadEngine(() => WebAssembly.compile(readFileSync(path)))
}
