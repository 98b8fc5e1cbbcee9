/**
 * Runs histories on a disk that loses power, fails at every call in turn, or, a real one, is full from every call on.
 *
 * node test/suites/faults/run.mjs [power | calls | storage | full] [--long] [--seed 1]
 */
import { flag, importBundled } from '../../kit/bundle.mjs'

const { module } = await importBundled('test/suites/faults/suite.ts')
const part = ['power', 'calls', 'storage', 'full'].find((name) => process.argv.includes(name))
const seed = Number(flag('seed') ?? 1)
const { wrong, line } = await module.runFaults({ part, isLong: flag('long') === true, seed })
for (const message of wrong.slice(0, 20)) console.error(message)
console.log(line)
process.exitCode = wrong.length > 0 ? 1 : 0
