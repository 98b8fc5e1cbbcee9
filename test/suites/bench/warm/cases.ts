/** Cases: things to be timed in the same way on every IndexedDB, here or in a browser. */
import { openDatabase, resultOf } from './idb.ts'
import { type Contender, type Effort, type Measurement, compare, timed } from './measure.ts'

/** An implementation, loaded. */
export interface Implementation {
  readonly name: string
  readonly factory: IDBFactory
  readonly keyRange: typeof IDBKeyRange
  /** See `Contender`. */
  readonly roundLimit?: number
  close(): Promise<void>
}

/** What one row of the table says. */
export interface Row {
  readonly name: string
  /** Operations in a round. */
  readonly count: number
  readonly measurements: readonly Measurement[]
  /** What it is compared with. */
  readonly baseline: string
  readonly goals: readonly Goal[]
}

/** The highest ratio to the baseline of the contender named, on Node 20 and elsewhere. */
export interface Goal {
  readonly contender: string
  readonly ratio: number
  readonly node20: number
}

/** What a case works on. */
export interface Bench {
  readonly database: IDBDatabase
  readonly keyRange: typeof IDBKeyRange
  readonly round: number
}

/** One thing to be timed, the same for every IndexedDB. */
export interface Case {
  readonly name: string
  readonly count: number
  readonly goal?: Omit<Goal, 'contender'>
  readonly effort?: Effort
  /** A new database for each round; what closing it takes becomes a row of its own. */
  readonly isFresh?: boolean
  upgrade(database: IDBDatabase): void
  /** Not timed. */
  fill?(database: IDBDatabase): Promise<void>
  run(bench: Bench): Promise<unknown>
  /** Not timed. @throws Error when `run` has not done what it should. */
  check(bench: Bench, result: unknown): Promise<void> | void
}

/** Who takes part. */
export interface Field {
  readonly implementations: readonly Implementation[]
  /** The name of the one that the others are compared with. */
  readonly baseline: string
  goalsOf(it: Case): readonly Goal[]
  /** What else is timed in the rounds of a case, so that the others can be judged by it. */
  beside?(it: Case): readonly Contender[]
}

export const usualEffort: Effort = { warmUps: 3, rounds: 9 }

/** Which cases, and how long. */
export interface CaseOptions {
  readonly filter: string
  readonly rounds: number | null
  /** Without rounds in which only gaps are measured. */
  readonly isShort?: boolean
}

/** Runs the cases whose name contains `filter`. `rounds` overrides every case's own. */
export async function runCases(
  cases: readonly Case[],
  field: Field,
  { filter, rounds, isShort = false }: CaseOptions,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const it of cases.filter(({ name }) => name.includes(filter))) {
    const usual = it.effort ?? usualEffort
    const effort = { ...usual, rounds: rounds ?? usual.rounds, ...(isShort && { gapRounds: 0 }) }
    rows.push(...(await runCase(it, field, effort)))
  }
  return rows
}

async function runCase(
  it: Case,
  { implementations, baseline, goalsOf, beside }: Field,
  effort: Effort,
): Promise<Row[]> {
  const { contenders, closings, end } = await contendersOf(it, implementations)
  const measurements = await compare([...contenders, ...(beside?.(it) ?? [])], effort, baseline)
  end()
  const row = { name: it.name, count: it.count, measurements, baseline, goals: goalsOf(it) }
  return it.isFresh ? [row, await closingRow(it, closings, { effort, baseline })] : [row]
}

/** What takes part in a case; `closings` fills with the milliseconds that closing a fresh database takes. */
export async function contendersOf(it: Case, implementations: readonly Implementation[]) {
  const closings = new Map<string, number[]>()
  const contenders: Contender[] = []
  const databases: IDBDatabase[] = []
  for (const implementation of implementations) {
    if (it.isFresh) {
      const times: number[] = []
      closings.set(implementation.name, times)
      contenders.push(freshContender(it, implementation, times))
    } else {
      const database = await openDatabase(implementation.factory, it.name, (db) => it.upgrade(db))
      await it.fill?.(database)
      databases.push(database)
      contenders.push(steadyContender(it, implementation, database))
    }
  }
  const end = (): void => databases.forEach((database) => database.close())
  return { contenders, closings, end }
}

function steadyContender(
  it: Case,
  { name, keyRange, roundLimit = Infinity }: Implementation,
  database: IDBDatabase,
) {
  return {
    name,
    roundLimit,
    round: (round: number) => timeRound(it, { database, keyRange, round }),
  }
}

function freshContender(
  it: Case,
  { name, factory, keyRange, roundLimit = Infinity, close }: Implementation,
  closings: number[],
) {
  return {
    name,
    roundLimit,
    async round(round: number) {
      const database = await openDatabase(factory, it.name, (db) => it.upgrade(db))
      await it.fill?.(database)
      const ms = await timeRound(it, { database, keyRange, round })
      closings.push(
        await timed(async () => {
          database.close()
          // Closes the file: its final checkpoint belongs to the price.
          await close()
        }),
      )
      await resultOf(factory.deleteDatabase(it.name))
      return ms
    },
  }
}

async function timeRound(it: Case, bench: Bench): Promise<number> {
  let result: unknown
  const ms = await timed(async () => {
    result = await it.run(bench)
  })
  await it.check(bench, result)
  return ms
}

/** Replays the closings that were timed on the way. */
function closingRow(
  it: Case,
  closings: Map<string, number[]>,
  { effort, baseline }: { effort: Effort; baseline: string },
): Promise<Row> {
  const contenders = [...closings].map(([name, times]) => ({
    name,
    roundLimit: times.length,
    round: async (round: number) => times[round] ?? NaN,
  }))
  return compare(contenders, effort, baseline).then((measurements) => ({
    name: `close after ${it.name}`,
    count: 1,
    // Nothing ran while they were replayed.
    measurements: measurements.map((measurement) => ({ ...measurement, gapMs: NaN })),
    baseline,
    goals: [],
  }))
}
