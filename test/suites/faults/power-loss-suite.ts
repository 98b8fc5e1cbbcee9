/** Cuts the power at every I/O call of a history, in every way, and looks at what is left. */
import { createHash } from 'node:crypto'
import { close, createIndexedDB } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import type { Vfs, VfsFile } from '../../../src/files/vfs.ts'
import { Databases, readState } from '../../kit/history/databases.ts'
import type { Step } from '../../kit/history/step.ts'
import { openDatabase } from '../../kit/promises.ts'
import { Expected } from './expected.ts'
import {
  faulty,
  type CallKind,
  type Fault,
  type FaultyVfs,
} from '../../../src/testing/fault-vfs.ts'
import type { Action, History } from './histories.ts'
import type { CrashPattern } from '../../../src/testing/power-loss.ts'

/** What was tried. */
export interface PowerLossCounts {
  calls: number
  /** Moments at which the disk differed from the moment before. */
  moments: number
  /** Moments times patterns. */
  points: number
  /** What they left, where it differs from what another cut at the same moment left. */
  states: number
  readonly wrong: string[]
}

/** What a cut left, and what it may have left. */
interface Cut {
  readonly at: string
  readonly pattern: CrashPattern
  readonly vfs: ReturnType<FaultyVfs['crash']>
  /** One for all cuts at a moment. */
  readonly expected: Expected
}

/** Of the storage directory. */
const path = 'disk'

/** Calls before which the disk is as it was before the call before them. */
const harmless: ReadonlySet<CallKind> = new Set(['read', 'size', 'isLinked', 'list', 'prepare'])

/** How a history is run. */
export interface PowerLossOptions {
  /** Of the reorderings tried at each moment. */
  readonly seeds: readonly number[]
  /** What else is wrong with the disk; with any, cuts should be found to have lost something. */
  readonly faults?: readonly Fault[]
  /** How many transactions are queued up at once, on a disk that syncs while they go on. Default 1. */
  readonly atOnce?: number
  /** For a history of thousands of calls: of many moments only every nth, and of many prefixes only a number. Default: all. */
  readonly sample?: { readonly every: number; readonly prefixes: number }
}

/** Runs a history and cuts the power throughout. */
export async function cutPower(
  history: History,
  { seeds, faults = [], atOnce = 1, sample = { every: 1, prefixes: Infinity } }: PowerLossOptions,
): Promise<PowerLossCounts> {
  const counts: PowerLossCounts = { calls: 0, moments: 0, points: 0, states: 0, wrong: [] }
  const cuts: Cut[] = []
  const vfs = faulty(atOnce > 1 ? withSyncLater(memory()) : memory())
  const expected = new Expected()
  const cut = (at: string): void => {
    counts.moments++
    const now = expected.copy()
    for (const { pattern, vfs: left } of vfs.crashStates(seeds, sample.prefixes)) {
      cuts.push({ at, pattern, vfs: left, expected: now })
    }
  }
  vfs.inject({
    faults,
    onCall(kind, number) {
      counts.calls++
      if (!harmless.has(kind) && number % sample.every === 0) cut(`${kind}, call ${number}`)
    },
  })
  let indexedDB = createIndexedDB({ vfs, path })
  let databases = new Databases(indexedDB)
  for (const { number, actions } of groupsOf(history, atOnce)) {
    const [action] = actions
    if (action.type === 'close') {
      expected.begin(action)
      await close(indexedDB)
      expected.acknowledge(action)
      indexedDB = createIndexedDB({ vfs, path })
      databases = new Databases(indexedDB)
    } else await executeTogether(databases, actions as readonly Step[], expected) // a close stands alone
    cut('none, all acknowledged')
    await checkCuts(cuts, counts, nameOf(history, number, action))
  }
  await close(indexedDB)
  return counts
}

/** Actions that are begun together: one, or transactions on one database. */
interface Group {
  /** Of the first one, from 0. */
  readonly number: number
  readonly actions: [Action, ...Action[]]
}

function groupsOf({ actions }: History, atOnce: number): Group[] {
  const groups: Group[] = []
  for (const [number, action] of actions.entries()) {
    const last = groups.at(-1)
    if (last && last.actions.length < atOnce && mayQueueBehind(last.actions[0], action)) {
      last.actions.push(action)
    } else groups.push({ number, actions: [action] })
  }
  return groups
}

function mayQueueBehind(first: Action, action: Action): boolean {
  if (first.type !== 'transaction' || action.type !== 'transaction') return false
  return first.database === action.database
}

async function executeTogether(
  databases: Databases,
  steps: readonly Step[],
  expected: Expected,
): Promise<void> {
  const begun = steps.map((step) => ({ step, number: expected.begin(step) }))
  const [first] = steps
  const connection =
    first?.type === 'transaction' ? await databases.connection(first.database) : null
  await Promise.all(
    begun.map(async ({ step, number }) => {
      if (connection && step.type === 'transaction') await databases.transact(connection, step)
      else await databases.execute(step)
      expected.acknowledge(step, number)
    }),
  )
}

/** A disk whose syncs take their time, while others may write. */
function withSyncLater(vfs: Vfs): Vfs {
  const later = (file: VfsFile): VfsFile => ({
    ...file,
    async syncLater() {
      await new Promise((resolve) => setImmediate(resolve))
      file.sync(true)
    },
  })
  return {
    ...vfs,
    directory(path) {
      const directory = vfs.directory(path)
      return {
        ...directory,
        open(name, options) {
          const file = directory.open(name, options)
          return file && later(file)
        },
      }
    },
  }
}

async function checkCuts(cuts: Cut[], counts: PowerLossCounts, action: string): Promise<void> {
  const seen = new Map<Expected, Set<string>>()
  for (const { at, pattern, vfs, expected } of cuts.splice(0)) {
    counts.points++
    const digests = seen.get(expected) ?? new Set()
    seen.set(expected, digests)
    const digest = await digestOf(vfs)
    if (digests.has(digest)) continue
    digests.add(digest)
    counts.states++
    const objection = await objectionTo(expected, vfs)
    if (!objection) continue
    if (counts.wrong.length < 4)
      console.error(JSON.stringify(pattern), at, action, objection.slice(0, 600))
    counts.wrong.push(
      `${action}: power cut before ${at}, pattern ${JSON.stringify(pattern)}: ${objection}`,
    )
  }
}

/** Of all that was left: equal states need be looked at once. */
async function digestOf(left: Cut['vfs']): Promise<string> {
  const directory = left.directory(path)
  const hash = createHash('sha256')
  for (const name of (await directory.list()).sort()) {
    const file = directory.open(name, { create: false })
    if (!file) throw new Error('unreachable: a listed file is missing')
    const bytes = new Uint8Array(file.size())
    file.read(bytes, 0)
    file.close()
    hash.update(`${name} ${bytes.length} `).update(bytes)
  }
  return hash.digest('base64')
}

/** What stands in the way of using what was left: it must open, be in a state that was, and close. */
async function objectionTo(expected: Expected, left: Cut['vfs']): Promise<string | null> {
  // Stands for a disk, as before.
  const indexedDB = createIndexedDB({
    vfs: { ...left, isPersistent: true },
    path,
    // What it warns of shows in what is found.
    onWarning: () => {},
  })
  try {
    const objection = expected.objection(await readState(indexedDB))
    if (objection === null) await use(indexedDB, expected)
    return objection
  } catch (error) {
    return String(error)
  } finally {
    await close(indexedDB)
  }
}

/** What was left must take new records, where it holds no database as well. */
async function use(indexedDB: IDBFactory, expected: Expected): Promise<void> {
  for (const name of expected.names()) {
    const upgrade = (database: IDBDatabase): void => {
      database.createObjectStore('after', { autoIncrement: true }).put('the power cut')
    }
    const database = await openDatabase(indexedDB, upgrade, { name, version: 1_000 })
    database.close()
  }
}

/** The action as messages name it. */
export function nameOf(history: History, index: number, action: Action): string {
  return `history ${history.name}, action ${index + 1} (${action.type})`
}
