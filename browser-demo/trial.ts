/** Running a workload, round by round, on every chosen engine in turn. */
import { type Engine, type EngineId, namePrefix } from './engines.ts'
import type { LoggedEvent } from './event-log.ts'
import { openExisting, resultOf } from './requests.ts'
import { type Phase, beginSession } from './session.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'
import type { Workload } from './workloads/workload.ts'

/** What is run, and how. */
export interface Plan {
  readonly workload: Workload
  readonly engines: readonly Engine[]
  readonly size: number
  readonly rounds: number
  /** Whether to change a record on each engine but the native one before comparing, to see that a difference is found. */
  readonly spoil: boolean
}

/** One run of the workload on one engine. */
export interface Trial {
  readonly phases: readonly Phase[]
  readonly events: readonly LoggedEvent[]
  /** Taken in the last round only. */
  readonly snapshot: Snapshot | null
}

/** Called as it goes on. */
export interface TrialListener {
  /** Round 0 warms up and is not counted: nothing more is told of it, but its failure. */
  began(engine: EngineId, round: number): void
  phaseEnded(engine: EngineId, phase: Phase): void
  ended(engine: EngineId, trial: Trial): void
  failed(engine: EngineId, error: unknown): void
}

/** As many records as make a browser compile what the rounds will run. */
const warmUpSize = 100

/** Runs all rounds; an engine that fails once is left out of the rest. Ends early, between two trials, when `signal` says so. */
export async function runTrials(
  plan: Plan,
  listener: TrialListener,
  signal: AbortSignal,
): Promise<void> {
  const failed = new Set<EngineId>()
  for (let round = 0; round <= plan.rounds; round++) {
    for (const engine of plan.engines) {
      if (signal.aborted) return
      if (failed.has(engine.id)) continue
      listener.began(engine.id, round)
      await paint()
      try {
        if (round === 0) await warmUp(plan, engine)
        else {
          const isLast = round === plan.rounds
          listener.ended(engine.id, await runTrial(plan, engine, { isLast, listener }))
        }
      } catch (error) {
        failed.add(engine.id)
        listener.failed(engine.id, error)
      }
    }
  }
}

async function warmUp(plan: Plan, engine: Engine): Promise<void> {
  const size = Math.min(plan.size, warmUpSize)
  await runTrial({ ...plan, size }, engine, { isLast: false, listener: null })
}

/** The database a workload leaves behind. */
export function databaseNameOf({ id }: Workload): string {
  return `${namePrefix}${id}`
}

async function runTrial(
  plan: Plan,
  { id, indexedDB }: Engine,
  { isLast, listener }: { isLast: boolean; listener: TrialListener | null },
): Promise<Trial> {
  const factory = indexedDB()
  const name = databaseNameOf(plan.workload)
  await resultOf(factory.deleteDatabase(name))
  const recorded = beginSession({ indexedDB: factory, name, size: plan.size }, (phase) =>
    listener?.phaseEnded(id, phase),
  )
  try {
    await plan.workload.run(recorded.session)
  } finally {
    await recorded.end()
  }
  if (isLast && plan.spoil && id !== 'native') await spoilRecord(factory, name)
  return {
    phases: recorded.phases,
    events: recorded.events(),
    snapshot: isLast ? await takeSnapshot(factory, name, recorded) : null,
  }
}

/** Overwrites the value of the first record of the first store that has one. */
async function spoilRecord(indexedDB: IDBFactory, name: string): Promise<void> {
  const connection = await openExisting(indexedDB, name)
  try {
    for (const storeName of connection.objectStoreNames) {
      const store = connection.transaction(storeName, 'readwrite').objectStore(storeName)
      const cursor = await resultOf(store.openCursor())
      if (!cursor) continue
      const { value } = cursor
      await resultOf(
        cursor.update(store.keyPath === null ? 'spoiled' : { ...value, spoiled: true }),
      )
      return
    }
  } finally {
    connection.close()
  }
}

/** Lets the browser show what has changed. A hidden page has no frames to wait for, so this waits for a task. */
function paint(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 16))
}
