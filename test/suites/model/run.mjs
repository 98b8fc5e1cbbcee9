/**
 * Holds the databases against a model: the result of every request and of every step of a cursor, in random transactions,
 * several at once, upgrades and deletions; files are checked whenever they are closed. A program that differs is shrunk.
 *
 * node test/suites/model/run.mjs [--long | --transactions 20000] [--seed 1] [--first 0]
 *
 * `--long` is 10 million transactions; to split it, run parts with seeds of their own. `--first` starts at that program of the seed.
 */
import { flag, importBundled } from '../../kit/bundle.mjs'

const { module } = await importBundled('test/suites/model/suite.ts')
const transactions = Number(flag('transactions') ?? (flag('long') ? 10_000_000 : 20_000))
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)
const first = Number(flag('first') ?? 0)
console.log(`model: ${transactions} transactions, --seed ${seed}`)

const start = performance.now()
const told = Math.max(transactions / 20, 10_000)
let next = told
const counts = await module.checkAgainstModel({ transactions, seed, first }, (done) => {
  if (done < next) return
  next += told
  const perSecond = Math.round(done / ((performance.now() - start) / 1_000))
  console.log(`${done} transactions, ${perSecond} a second`)
})
if (counts.wrong) console.error(counts.wrong)
const failed = counts.wrong ? 1 : 0
console.log(
  `model: ${counts.transactions} passed, ${failed} failed (transactions, seed ${seed}; every result compared, pages, indexes and key generators checked)`,
)
process.exitCode = failed
