/**
 * Holds the databases against a model: random transactions, upgrades and deletions, aborted ones among them.
 *
 * node test/model/run.mjs [--transactions 2000] [--seed 1]
 */
import { flag, importBundled } from '../bundle.mjs'

const { module } = await importBundled('test/model/suite.ts')
const transactions = Number(flag('transactions') ?? 2_000)
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)
console.log(`model: ${transactions} transactions, --seed ${seed}`)

const wrong = await module.checkAgainstModel(transactions, seed)
if (wrong) console.error(wrong)
const counts = wrong ? '0 passed, 1 failed' : `${transactions} passed, 0 failed`
console.log(`model: ${counts} (transactions, seed ${seed}; pages and indexes checked at the end)`)
process.exitCode = wrong ? 1 : 0
