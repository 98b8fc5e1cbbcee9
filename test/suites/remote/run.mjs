/**
 * Holds databases on a PostgreSQL server to what those on files are held to: the model's random transactions.
 *
 * node test/suites/remote/run.mjs [--transactions 2000] [--seed 1] [--first 0]
 *
 * `--first` starts at that program of the seed.
 */
import { flag, importBundled } from '../../kit/bundle.mjs'

const { module } = await importBundled('test/suites/remote/suite.ts')
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)
const first = Number(flag('first') ?? 0)
const transactions = Number(flag('transactions') ?? 2_000)

const reason = module.whyNoServer()
if (reason === null) await run()
else console.log(`remote: skipped: ${reason}`)

async function run() {
  const server = await module.startPostgres()
  const wrong = await module.checkAgainstModel(server.connectionString, {
    transactions,
    seed,
    first,
  })
  await server.stop()
  if (wrong) console.error(wrong)
  const outcome = wrong ? 'FAILED' : 'passed'
  console.log(`remote: ${outcome} (${transactions} transactions as in the model, seed ${seed})`)
  process.exitCode = wrong ? 1 : 0
}
