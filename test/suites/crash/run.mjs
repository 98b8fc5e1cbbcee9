/**
 * Kills processes with SIGKILL at random moments of a mixed load, and checks what the next one finds: sound pages,
 * every acknowledged transaction, no half of any, index entries that agree with the records.
 *
 * node test/suites/crash/run.mjs [--long | --kills 40] [--runtime node@26] [--seed 1]
 */
import { flag, importBundled } from '../../kit/bundle.mjs'

const { module, pathOf } = await importBundled('test/suites/crash/suite.ts', [
  'test/suites/crash/child.ts',
])
const kills = Number(flag('kills') ?? (flag('long') ? 1_000 : 40))
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)
const runtime = flag('runtime') ?? 'node'
console.log(`crash: ${kills} kills on ${runtime}, --seed ${seed}`)

const childPath = pathOf('test/suites/crash/child.ts')
const counts = await module.runCrashes({ kills, seed, runtime, childPath })
const { line, wrong } = module.summaryOf(counts, runtime)
for (const what of wrong) console.error(what.slice(0, 2_000))
console.log(line)
process.exitCode = wrong.length > 0 ? 1 : 0
