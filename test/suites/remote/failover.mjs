/**
 * Fail-overs of three PostgreSQL servers of Debian's, one of which Patroni keeps the primary, under the load of three processes. After each,
 * what is stored is held against what they were told. As root it installs what is missing.
 *
 * node test/suites/remote/failover.mjs [--rounds 20] [--seed 1]
 */
import { flag, importBundled } from '../../kit/bundle.mjs'

const child = 'test/suites/remote/child.ts'
const { module, pathOf } = await importBundled('test/suites/remote/suite.ts', [child])
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)
const rounds = Number(flag('rounds') ?? 20)

// Else what is to be done at the exit would not be: ending the cluster.
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => process.exit(code))
}

const reason = module.whyNoCluster()
if (reason === null) await run()
else console.log(`failover: skipped: ${reason}`)

async function run() {
  const { gaps, wrong, ...counts } = await module.failOver({
    rounds,
    seed,
    childPath: pathOf(child),
  })
  console.log(JSON.stringify({ ...counts, gaps }))
  for (const line of wrong) console.error(line)
  const times = Object.entries(gaps).map(
    ([kind, list]) =>
      `${list.length} ${kind}, next commit after ${median(list)} ms, at most ${Math.max(...list)}`,
  )
  const { committed, aborted, unknown, reads, torn, stuck } = counts
  const told = `${committed} committed, ${aborted} aborted, ${unknown} unknown, ${reads} reads, ${torn} torn, ${stuck} stuck`
  const outcome = wrong.length > 0 ? 'FAILED' : 'passed'
  console.log(`failover: ${outcome} (${[...times, told].join('; ')}; seed ${seed})`)
  // What hangs would keep it alive.
  process.exit(wrong.length > 0 ? 1 : 0)
}

function median(list) {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
}
