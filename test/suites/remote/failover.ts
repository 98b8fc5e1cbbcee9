/** Fail-overs of three servers under the load of several processes. */
import { close } from '../../../src/index.ts'
import { newSchema, remoteFactory } from '../../kit/postgres-schema.ts'
import { resultOf } from '../../kit/promises.ts'
import type { LoadReport } from './child-report.ts'
import { Load, makeLoadDatabase } from './load.ts'
import { installPackages, type PatroniCluster, startCluster } from './patroni-cluster.ts'
import { countsOf, judge, type LoadCounts, LoadProcess } from './processes.ts'

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

/** `end`: what makes the former primary a standby again. */
const kinds: Readonly<Record<string, { readonly begin: Kind; readonly end: Kind }>> = {
  'switch-over': {
    begin: (cluster, leader, standby) => cluster.switchOver(leader, standby),
    end: async () => {},
  },
  killed: {
    begin: async (cluster, leader) => cluster.signal(leader, 'SIGKILL'),
    end: (cluster, leader) => cluster.startNode(leader),
  },
  'standing still': {
    begin: async (cluster, leader) => cluster.signal(leader, 'SIGSTOP'),
    end: async (cluster, leader) => cluster.signal(leader, 'SIGCONT'),
  },
}

/** Runs the rounds; after each, what is stored is held against what was told. */
export async function failOver({
  rounds,
  seed,
  childPath,
}: FailoverOptions): Promise<FailoverCounts> {
  await installPackages()
  const cluster = await startCluster()
  const { connectionString } = cluster
  const schema = await newSchema(connectionString)
  await makeLoadDatabase(connectionString, schema)
  const order = { connectionString, schema, writers: 3, pauseMs: 25, looksForOverlaps: false }
  const children = [0, 1].map(
    (i) => new LoadProcess(childPath, { ...order, name: `p${i}`, seed: seed + i }),
  )
  const own = new Load({ ...order, name: 'own', seed: seed + 9 })
  const factory = remoteFactory({ connectionString, schema }, () => {})
  const looking = async (): Promise<IDBDatabase> => resultOf(factory.open('shared'))
  const gaps: Record<string, number[]> = {}
  const wrong: string[] = []
  for (let round = 0; round < rounds && wrong.length === 0; round++) {
    const [kind = ''] = [Object.keys(kinds)[round % 3]]
    const { gap, way } = await oneRound(cluster, own, kind)
    ;(gaps[kind] ??= []).push(gap)
    const reports = [...(await Promise.all(children.map((it) => it.report()))), copyOf(own.report)]
    const database = await looking()
    wrong.push(...(await judge(database, reports)))
    database.close()
    const { committed, aborted, unknown } = countsOf(reports)
    console.log(
      `fail-over ${round + 1}, ${kind}, ${way}: next commit after ${gap} ms; ${committed} committed, ${aborted} aborted, ${unknown} unknown so far`,
    )
  }
  await own.stop()
  const reports = [...(await Promise.all(children.map((it) => it.stop()))), own.report]
  wrong.push(...(await judge(await looking(), reports)))
  await close(factory)
  await cluster.stop({ keepsFiles: wrong.length > 0 })
  return { ...countsOf(reports), gaps, wrong }
}

/** Gives for how long nothing was acknowledged, and which servers were the primary: the one that it waited for should be the next. */
async function oneRound(
  cluster: PatroniCluster,
  own: Load,
  kind: string,
): Promise<{ readonly gap: number; readonly way: string }> {
  const { begin, end } = kinds[kind] ?? {}
  if (!begin || !end) throw new Error(`there is no fail-over "${kind}"`)
  const { leader, standby } = await cluster.whole()
  let last = performance.now()
  let gap = 0
  own.onCommit = () => {
    gap = Math.max(gap, performance.now() - last)
    last = performance.now()
  }
  await begin(cluster, leader, standby)
  const next = await newLeader(cluster, leader)
  // With the next commit it is over.
  await new Promise<void>((resolve) => {
    const { onCommit } = own
    own.onCommit = () => {
      onCommit()
      resolve()
    }
  })
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
