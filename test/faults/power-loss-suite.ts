/** Cuts the power at every I/O call of a history, in every way, and looks at what is left. */
import { close, createIndexedDB } from '../../src/index.ts'
import { memory } from '../../vfs/memory.ts'
import { Databases, readState } from '../history/databases.ts'
import { openDatabase } from '../promises.ts'
import { Expected } from './expected.ts'
import { faulty, type CallKind, type Fault, type FaultyVfs } from './fault-vfs.ts'
import type { Action, History } from './histories.ts'
import type { CrashPattern } from './power-loss.ts'

/** What was tried. */
export interface PowerLossCounts {
  calls: number
  /** Moments at which the disk differed from the moment before. */
  moments: number
  /** Moments times patterns. */
  points: number
  readonly wrong: string[]
}

/** What a cut left, and what it may have left. */
interface Cut {
  readonly at: string
  readonly pattern: CrashPattern
  readonly vfs: ReturnType<FaultyVfs['crash']>
  readonly expected: Expected
}

/** Calls before which the disk is as it was before the call before them. */
const harmless: ReadonlySet<CallKind> = new Set(['read', 'size', 'isLinked', 'list', 'prepare'])

/**
 * Runs a history and cuts the power throughout. `seeds`: of the reorderings tried at each moment. `faults`: what is
 * wrong with the disk besides; with any, cuts should be found to have lost something.
 */
export async function cutPower(
  history: History,
  seeds: readonly number[],
  faults: readonly Fault[] = [],
): Promise<PowerLossCounts> {
  const counts: PowerLossCounts = { calls: 0, moments: 0, points: 0, wrong: [] }
  const cuts: Cut[] = []
  const vfs = faulty(memory())
  const expected = new Expected()
  const cut = (at: string): void => {
    counts.moments++
    for (const { pattern, vfs: left } of vfs.crashStates(seeds)) {
      cuts.push({ at, pattern, vfs: left, expected })
    }
  }
  vfs.inject({
    faults,
    onCall(kind, number) {
      counts.calls++
      if (!harmless.has(kind)) cut(`${kind}, call ${number}`)
    },
  })
  let indexedDB = createIndexedDB({ vfs })
  let databases = new Databases(indexedDB)
  for (const [i, action] of history.actions.entries()) {
    expected.begin(action)
    if (action.type === 'close') {
      await close(indexedDB)
      indexedDB = createIndexedDB({ vfs })
      databases = new Databases(indexedDB)
    } else await databases.execute(action)
    // What the action did is checked against what was certain before its acknowledgement, then once more after it.
    await checkCuts(cuts, counts, nameOf(history, i, action))
    expected.acknowledge(action)
    cut('none, all acknowledged')
    await checkCuts(cuts, counts, nameOf(history, i, action))
  }
  await close(indexedDB)
  return counts
}

async function checkCuts(cuts: Cut[], counts: PowerLossCounts, action: string): Promise<void> {
  for (const { at, pattern, vfs, expected } of cuts.splice(0)) {
    counts.points++
    const objection = await objectionTo(expected, vfs)
    if (!objection) continue
    if (counts.wrong.length < 4)
      console.error(JSON.stringify(pattern), at, action, objection.slice(0, 600))
    counts.wrong.push(
      `${action}: power cut before ${at}, pattern ${JSON.stringify(pattern)}: ${objection}`,
    )
  }
}

/** What stands in the way of using what was left: it must open, be in a state that was, and close. */
async function objectionTo(expected: Expected, left: Cut['vfs']): Promise<string | null> {
  // Stands for a disk, as before.
  const indexedDB = createIndexedDB({
    vfs: { ...left, isPersistent: true },
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
