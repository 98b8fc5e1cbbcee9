/**
 * Members of one thread under random load, whose owners are killed between any two messages, or hand over: what is acknowledged
 * is there, once and whole, and transactions under way go on at the next owner. Prints how many did, and why others did not.
 *
 * node test/suites/survival/run.mjs [--loads 20] [--seed 1] [--hand-over]
 */
import { flag, importBundled } from '../../kit/bundle.mjs'

const { module } = await importBundled('test/suites/survival/suite.ts')
const loads = Number(flag('loads') ?? 20)
const firstSeed = Number(flag('seed') ?? Date.now() % 1_000_000)
const handsOver = flag('hand-over') !== undefined
const totals = { transactions: 0, committed: 0, kills: 0, handOvers: 0, wrong: 0 }
const survival = {}
for (let seed = firstSeed; seed < firstSeed + loads; seed++) {
  const { counts, wrong, ...report } = await module.survive(seed, handsOver)
  for (const [name, count] of Object.entries(report)) totals[name] += count
  for (const [name, count] of Object.entries(counts)) {
    survival[name] = (survival[name] ?? 0) + count
  }
  totals.wrong += wrong.length
  for (const text of wrong) console.error(`seed ${seed}: ${text}`)
}
const { replayed, settled, ...aborted } = survival
const lost = Object.values(aborted).reduce((sum, count) => sum + count, 0)
const share = ((100 * (replayed + settled)) / (replayed + settled + lost)).toFixed(2)
console.log(totals)
console.log(`went on: ${replayed + settled} (${share} %); aborted: ${JSON.stringify(aborted)}`)
console.log(`survival: ${loads} loads, ${totals.wrong} wrong (seed ${firstSeed})`)
// Members that were killed in this process still wait for their owners, and would keep it.
process.exit(totals.wrong > 0 ? 1 : 0)
