/**
 * Kills processes with SIGKILL at random moments of a mixed load, and checks what the next one finds: sound pages,
 * every acknowledged transaction, no half of any, index entries that agree with the records.
 *
 * node test/crash/run.mjs [--long | --kills 40] [--runtime node@26] [--seed 1]
 */
import { flag, importBundled } from '../bundle.mjs'

const { module, pathOf } = await importBundled('test/crash/suite.ts', ['test/crash/child.ts'])
const kills = Number(flag('kills') ?? (flag('long') ? 1_000 : 40))
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)
const runtime = flag('runtime') ?? 'node'
console.log(`crash: ${kills} kills on ${runtime}, --seed ${seed}`)

const childPath = pathOf('test/crash/child.ts')
const counts = await module.runCrashes({ kills, seed, runtime, childPath })
for (const wrong of counts.wrong) console.error(wrong.slice(0, 2_000))
const { line, failed } = module.summaryOf(counts, runtime)
console.log(line)
process.exitCode = failed > 0 ? 1 : 0
