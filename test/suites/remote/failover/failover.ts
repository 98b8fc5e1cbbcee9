/** Fail-overs of three servers under the load of several processes. */
import { close } from '../../../../src/index.ts'
import { newSchema, remoteFactory } from '../../../kit/postgres-schema.ts'
import { resultOf } from '../../../kit/promises.ts'
import type { LoadReport } from '../child-report.ts'
import { Load, makeLoadDatabase } from '../load.ts'
import { Deadline } from './deadline.ts'
import { installPackages, type PatroniCluster, startCluster } from './patroni-cluster.ts'
import { countsOf, judge, type LoadCounts, LoadProcess } from '../processes.ts'

export interface FailoverOptions {
  readonly rounds: number
  readonly seed: number
  readonly childPath: string
}

export interface FailoverCounts extends LoadCounts {
  readonly wrong: readonly string[]
  /** Kind → how long no commit was acknowledged in each fail-over of it, in ms. */
  readonly gaps: Readonly<Record<string, number[]>>
}

type Kind = (cluster: PatroniCluster, leader: string, standby: string) => Promise<void>

/**
 * `end`: what makes the former primary a standby again. One that stands still is ended before it goes on, as a watchdog would have it: Patroni
 * needs one to promise that there is a single primary. Where it goes on, Patroni 3.0.2 takes its lock back without looking whose it is by
 * then, and what the server that took over has acknowledged is lost, whatever the client does.
 */
const kinds: Readonly<Record<string, { readonly begin: Kind; readonly end: Kind }>> = {
  'switch-over': {
    begin: (cluster, leader, standby) => cluster.switchOver(leader, standby),
    end: async () => {},
  },
  killed: {
    begin: async (cluster, leader) => cluster.kill(leader),
    end: (cluster, leader) => cluster.startNode(leader),
  },
  'standing still': {
    begin: async (cluster, leader) => cluster.freeze(leader),
    end: async (cluster, leader) => {
      cluster.kill(leader)
      await cluster.startNode(leader)
    },
  },
}

/** How long a part may take: a fail-over waits for 20 seconds at least, and three minutes at most for a cluster that is whole again. */
const partMs = 300_000

/** Runs the rounds; after each, what is stored is held against what was told. What hangs is among what is wrong. */
export async function failOver(options: FailoverOptions): Promise<FailoverCounts> {
  await installPackages()
  const cluster = await startCluster()
  const wrong: string[] = []
  const run = new Run(options, cluster, wrong)
  try {
    await run.toTheEnd()
  } catch (error) {
    wrong.push(String(error))
  }
  run.end()
  cluster.stop({ keepsFiles: wrong.length > 0 })
  return { ...countsOf(run.reports), gaps: run.gaps, wrong }
}

/** The load of three processes, and the rounds. */
class Run {
  readonly gaps: Record<string, number[]> = {}
  /** As they were last given. */
  reports: LoadReport[] = []
  readonly #rounds: number
  readonly #seed: number
  readonly #childPath: string
  readonly #cluster: PatroniCluster
  readonly #wrong: string[]
  #children: LoadProcess[] = []

  constructor(
    { rounds, seed, childPath }: FailoverOptions,
    cluster: PatroniCluster,
    wrong: string[],
  ) {
    this.#rounds = rounds
    this.#seed = seed
    this.#childPath = childPath
    this.#cluster = cluster
    this.#wrong = wrong
  }

  /** @throws Error where something hangs, with what it was */
  async toTheEnd(): Promise<void> {
    const { connectionString } = this.#cluster
    const within = new Deadline(partMs)
    const { own, order } = await within.of('making the database', () => this.#begin())
    const factory = remoteFactory({ connectionString, schema: order.schema }, () => {})
    const looking = async (): Promise<IDBDatabase> => resultOf(factory.open('shared'))
    for (let round = 1; round <= this.#rounds && this.#wrong.length === 0; round++) {
      await within.of(`fail-over ${round}`, (step) => this.#round(round, { own, looking, step }))
    }
    await within.of('ending the load', async () => {
      await own.stop()
      this.reports = [...(await Promise.all(this.#children.map((it) => it.stop()))), own.report]
      this.#wrong.push(...(await judge(await looking(), this.reports)))
      await close(factory)
    })
  }

  /** Whatever still runs. */
  end(): void {
    for (const { child } of this.#children) child.kill('SIGKILL')
  }

  async #begin() {
    const { connectionString } = this.#cluster
    const schema = await newSchema(connectionString)
    await makeLoadDatabase(connectionString, schema)
    const order = { connectionString, schema, writers: 3, pauseMs: 25, looksForOverlaps: false }
    this.#children = [0, 1].map(
      (i) => new LoadProcess(this.#childPath, { ...order, name: `p${i}`, seed: this.#seed + i }),
    )
    return { order, own: new Load({ ...order, name: 'own', seed: this.#seed + 9 }) }
  }

  async #round(round: number, { own, looking, step }: RoundParts): Promise<void> {
    const kind = Object.keys(kinds)[(round - 1) % 3] ?? ''
    const { gap, way } = await oneRound(this.#cluster, { own, kind, step })
    ;(this.gaps[kind] ??= []).push(gap)
    step('the reports of the load')
    const told = await Promise.all(this.#children.map((it) => it.report()))
    this.reports = [...told, copyOf(own.report)]
    step('reading what is stored')
    const database = await looking()
    this.#wrong.push(...(await judge(database, this.reports)))
    database.close()
    const { committed, aborted, unknown } = countsOf(this.reports)
    console.log(
      `fail-over ${round}, ${kind}, ${way}: next commit after ${gap} ms; ${committed} committed, ${aborted} aborted, ${unknown} unknown so far`,
    )
  }
}

interface RoundParts {
  readonly own: Load
  readonly looking: () => Promise<IDBDatabase>
  readonly step: (name: string) => void
}

/** Gives for how long nothing was acknowledged, and which servers were the primary: the one that it waited for should be the next. */
async function oneRound(
  cluster: PatroniCluster,
  { own, kind, step }: { own: Load; kind: string; step: (name: string) => void },
): Promise<{ readonly gap: number; readonly way: string }> {
  const { begin, end } = kinds[kind] ?? {}
  if (!begin || !end) throw new Error(`there is no fail-over "${kind}"`)
  step('a cluster that is whole')
  const { leader, standby } = await cluster.whole()
  let last = performance.now()
  let gap = 0
  own.onCommit = () => {
    gap = Math.max(gap, performance.now() - last)
    last = performance.now()
  }
  step(`${kind}: ${leader}`)
  await begin(cluster, leader, standby)
  step(`another primary than ${leader}`)
  const next = await newLeader(cluster, leader)
  step(`the next commit, on ${next}`)
  // With it, it is over.
  await new Promise<void>((resolve) => {
    const { onCommit } = own
    own.onCommit = () => {
      onCommit()
      resolve()
    }
  })
  step(`${leader} as a standby`)
  await end(cluster, leader, standby)
  await cluster.whole()
  own.onCommit = () => {}
  return { gap: Math.round(gap), way: `${leader} to ${next}, waiting for ${standby}` }
}

async function newLeader(cluster: PatroniCluster, former: string): Promise<string> {
  for (let i = 0; i < 240; i++) {
    const members = await cluster.members()
    const next = members.find(
      ({ name, role, state }) => role === 'leader' && name !== former && state === 'running',
    )
    if (next) return next.name
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`no other server has become the primary:\n${cluster.logOf(former)}`)
}

/** As it is now. */
function copyOf(report: LoadReport): LoadReport {
  const { committed, aborted, stuck } = report
  return { ...report, committed: [...committed], aborted: [...aborted], stuck: [...stuck] }
}
