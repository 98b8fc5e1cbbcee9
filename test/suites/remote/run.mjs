/**
 * Holds databases on a PostgreSQL server to what those on files are held to: the model's random transactions, parity's programs, and those
 * of client libraries; and several processes at once, without trouble, then while connections are cut and the server crashes.
 *
 * node test/suites/remote/run.mjs [--transactions 1500] [--seed 1] [--first 0] [--programs 50] [--clients idb,dexie | all]
 *                                 [--processes 3] [--writers 3] [--seconds 6] [--cuts 9]
 *
 * `--first` starts at that program of the seed, `--transactions 0` leaves the model out; `--cuts` is how often connections are cut, server
 * processes killed, or the server restarted at once, and `--cut-seconds` for how long; `--programs 0` leaves the other suites out. Beside
 * all that, a process stands still until it is taken for gone, and what it has open is upgraded.
 */
import { flag, importBundled } from '../../kit/bundle.mjs'
import { runOthers } from './other-suites.mjs'

const child = 'test/suites/remote/child.ts'
const { module, pathOf } = await importBundled('test/suites/remote/suite.ts', [child])
const childPath = pathOf(child)
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)
const first = Number(flag('first') ?? 0)
const transactions = Number(flag('transactions') ?? 1_500)
const programs = Number(flag('programs') ?? 50)
const clients = String(flag('clients') ?? 'idb,dexie')
const processes = Number(flag('processes') ?? 3)
const writers = Number(flag('writers') ?? 3)
const seconds = Number(flag('seconds') ?? 6)
const cuts = Number(flag('cuts') ?? 9)
const cutSeconds = Number(flag('cut-seconds') ?? seconds)

const reason = module.whyNoServer()
if (reason === null) await run()
else console.log(`remote: skipped: ${reason}`)

async function run() {
  const server = await module.startPostgres()
  const wrong = []
  const pausing = pause()
  const { connectionString } = server
  const difference = await module.checkAgainstModel(connectionString, { transactions, seed, first })
  if (difference) wrong.push(difference)
  const calm = { processes, writers, seconds, cuts: 0, seed, childPath }
  const counts = []
  for (const options of [calm, { ...calm, seconds: cutSeconds, cuts }]) {
    if (options.seconds === 0) continue
    const found = await module.contend(server, options)
    console.log(JSON.stringify(found))
    wrong.push(...found.wrong)
    counts.push(textOf(found))
  }
  await server.stop()
  const promoted = await module.promoteStandby({ seed, childPath })
  console.log(JSON.stringify(promoted))
  wrong.push(...promoted.wrong)
  counts.push(
    `${promoted.committed} committed and ${promoted.aborted} aborted around the promotion of a standby, ${promoted.unknown} unknown`,
  )
  const others =
    programs > 0 ? await runOthers({ programs, clients, seed }) : { counts: [], wrong: [] }
  const paused = await pausing
  console.log(JSON.stringify(paused))
  wrong.push(...others.wrong, ...paused.wrong)
  counts.push(`${paused.stored} records by a process that stood still while its schema changed`)
  for (const line of wrong) console.error(line)
  const outcome = wrong.length > 0 ? 'FAILED' : 'passed'
  console.log(
    `remote: ${outcome} (${transactions} transactions as in the model; ${[...counts, ...others.counts].join('; ')}; seed ${seed})`,
  )
  process.exitCode = wrong.length > 0 ? 1 : 0
}

/** It takes as long as a lease, and is mostly waiting. */
async function pause() {
  const server = await module.startPostgres()
  try {
    return await module.pauseProcess(server.connectionString, { seed, childPath })
  } finally {
    await server.stop()
  }
}

function textOf(found) {
  const { committed, aborted, unknown, reads, deadlocks, overlaps, torn, stuck } = found
  const cut = Object.values(found.cuts).reduce((sum, count) => sum + count, 0)
  return [
    `${committed} committed and ${aborted} aborted by ${processes} processes with ${cut} cuts`,
    `${unknown} unknown, ${reads} reads, ${deadlocks} deadlocks, ${overlaps} overlaps, ${torn} torn, ${stuck} stuck`,
  ].join(', ')
}
