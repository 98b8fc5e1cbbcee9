/**
 * Runs a program on any `indexedDB` and writes down what script can see of it. Bundled, this is one file that runs in a
 * page, a worker and in Node.
 */
import { closeAll, deleteDatabase, open } from './connections.ts'
import { decode } from './program/decode.ts'
import { describeAndRemoveDatabases } from './final-state.ts'
import { perform, startTransaction } from './operations.ts'
import type { CompareStep, Program, Round, Step, Trace } from './program/program.ts'
import {
  type ConnectionState,
  type DatabaseState,
  type Environment,
  type Run,
  attempt,
  idle,
  write,
} from './run.ts'

/** Of the pages that a program spans, at least one. */
export type Environments = readonly [Environment, ...Environment[]]

/** How many databases a program can use. */
const databaseCount = 2

/** A round in which nothing has happened for this long is looked at: connections in the way are closed. */
const stillForMs = 10_000

/** After this many looks at a round in which nothing happens, it counts as stuck. On a busy machine slow is not stuck. */
const patience = 2

/** Runs one program in databases whose names start with `prefix`, and removes them. */
async function runProgram(
  environments: Environments,
  program: Program,
  prefix: string,
): Promise<Trace> {
  const run = newRun(environments, program, prefix)
  for (const [position, round] of program.rounds.entries()) {
    const isDone = await runRound(run, round, position)
    if (isDone) continue
    write(run, 'main', `round ${position} is stuck`)
    return traceOf(run)
  }
  run.databases.forEach(closeAll)
  await describeAndRemoveDatabases(run)
  return traceOf(run)
}

/** Runs programs, some at a time: their databases have nothing in common, and a browser waits much. */
export async function runPrograms(
  environments: Environments,
  programs: readonly Program[],
  { prefix, concurrency }: { readonly prefix: string; readonly concurrency: number },
): Promise<Trace[]> {
  const traces: Trace[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < programs.length; at = next++) {
      const program = programs[at]
      if (program) traces[at] = await runProgram(environments, program, `${prefix}-${at}-`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return traces
}

function newRun(environments: Environments, program: Program, prefix: string): Run {
  const [environment] = environments
  const databases = Array.from({ length: databaseCount }, (_, index): DatabaseState => ({
    index,
    name: `${prefix}${index}`,
    connections: [],
    transactions: [],
    pendingRequests: new Set(),
    environment,
  }))
  const round: Round = { kind: 'parallel', steps: [] }
  return {
    environment,
    environments,
    program,
    prefix,
    streams: new Map(),
    databases,
    operations: 0,
    lineCount: 0,
    round,
    pendingCount: 0,
    whenIdle: null,
  }
}

function traceOf({ streams, operations }: Run): Trace {
  return { streams: Object.fromEntries(streams), operations }
}

async function runRound(run: Run, round: Round, position: number): Promise<boolean> {
  run.round = round
  for (const database of run.databases) {
    const page = (position + database.index) % run.environments.length
    database.environment = run.environments[page] ?? run.environment
  }
  const steps = round.kind === 'chain' ? onePerDatabase(round.steps) : round.steps
  for (const [at, step] of steps.entries()) {
    run.operations++
    runStep(run, step, `${position}.${at} ${step.do}`)
  }
  const watch = watchForStillness(run)
  const isDone = await Promise.race([idle(run).then(() => true), watch.stuck.then(() => false)])
  watch.stop()
  return isDone
}

interface Watch {
  /** Resolves when nothing happens any more, though connections in the way were closed; see the known differences. */
  readonly stuck: Promise<void>
  stop(): void
}

function watchForStillness(run: Run): Watch {
  let timer: ReturnType<typeof setInterval> | undefined
  const stuck = new Promise<void>((resolve) => {
    let lineCount = -1
    let stillCount = 0
    timer = setInterval(() => {
      stillCount = run.lineCount === lineCount ? stillCount + 1 : 0
      lineCount = run.lineCount
      if (stillCount >= patience) return resolve()
      const isWaiting = run.databases.some(({ pendingRequests }) => pendingRequests.size > 0)
      if (stillCount > 0 && isWaiting) run.databases.forEach(closeAll)
    }, stillForMs)
  })
  return { stuck, stop: () => clearInterval(timer) }
}

function onePerDatabase(steps: readonly Step[]): readonly Step[] {
  return steps.filter((step, at) => {
    if (!('db' in step)) return true
    return !steps.slice(0, at).some((it) => 'db' in it && it.db === step.db)
  })
}

function runStep(run: Run, step: Step, stream: string): void {
  if (step.do === 'compare') return compare(run, step, stream)
  const database = run.databases[step.db]
  if (!database) throw new Error(`A program has no database ${step.db}`)
  if (step.do === 'open') return open(run, database, stream, step)
  if (step.do === 'delete') return deleteDatabase(run, database, stream, step.blocked)
  if (step.do === 'more') {
    const transaction = pick(database.transactions, step.transaction)
    if (!transaction) return
    return perform(run, step.ops, { transaction, cursor: null, event: null })
  }
  const connection = pick(connectionsOfPage(database), step.connection)
  if (!connection) return
  if (step.do === 'close') return connection.handle.close()
  startTransaction(run, database, connection, { ...step, stream })
}

/** Those that the page has opened by which the round uses the database. */
function connectionsOfPage({ connections, environment }: DatabaseState): ConnectionState[] {
  return connections.filter((it) => it.environment === environment)
}

function pick<Item>(items: readonly Item[], position: number): Item | undefined {
  return items[position % items.length]
}

function compare(run: Run, { a, b }: CompareStep, stream: string): void {
  const { environment } = run
  attempt(run, stream, 'cmp', () =>
    write(
      run,
      stream,
      `${environment.indexedDB.cmp(decode(a, environment), decode(b, environment))}`,
    ),
  )
}
