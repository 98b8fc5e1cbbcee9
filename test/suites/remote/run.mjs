/**
 * Holds databases on a PostgreSQL server to what those on files are held to: the model's random transactions, parity's programs, and those
 * of client libraries; and several processes at once, without trouble, then while connections are cut and the server crashes.
 *
 * node test/suites/remote/run.mjs [--transactions 1500] [--seed 1] [--first 0] [--programs 50] [--clients idb,dexie | all]
 *                                 [--processes 3] [--seconds 6] [--cuts 9]
 *
 * `--first` starts at that program of the seed; `--cuts` is how often connections are cut, every third time by a crash of the server.
 */
import { flag, importBundled } from '../../kit/bundle.mjs'
import { runOthers } from './other-suites.mjs'

const childPath = 'test/suites/remote/child.ts'
const { module, pathOf } = await importBundled('test/suites/remote/suite.ts', [childPath])
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)
const first = Number(flag('first') ?? 0)
const transactions = Number(flag('transactions') ?? 1_500)
const programs = Number(flag('programs') ?? 50)
const clients = String(flag('clients') ?? 'idb,dexie')
const processes = Number(flag('processes') ?? 3)
const seconds = Number(flag('seconds') ?? 6)
const cuts = Number(flag('cuts') ?? 9)

const reason = module.whyNoServer()
if (reason === null) await run()
else console.log(`remote: skipped: ${reason}`)

async function run() {
  const server = await module.startPostgres()
  const wrong = []
  const { connectionString } = server
  const difference = await module.checkAgainstModel(connectionString, { transactions, seed, first })
  if (difference) wrong.push(difference)
  const counts = []
  for (const cutting of [0, cuts]) {
    const options = { processes, seconds, cuts: cutting, seed, childPath: pathOf(childPath) }
    const found = await module.contend(server, options)
    console.log(JSON.stringify(found))
    wrong.push(...found.wrong)
    counts.push(
      `${found.committed} committed and ${found.aborted} aborted by ${processes} processes with ${found.cuts} cuts, ${found.unknown} unknown`,
    )
  }
  await server.stop()
  const others = await runOthers({ programs, clients, seed })
  wrong.push(...others.wrong)
  for (const line of wrong) console.error(line)
  const outcome = wrong.length > 0 ? 'FAILED' : 'passed'
  console.log(
    `remote: ${outcome} (${transactions} transactions as in the model; ${[...counts, ...others.counts].join('; ')}; seed ${seed})`,
  )
  process.exitCode = wrong.length > 0 ? 1 : 0
}
