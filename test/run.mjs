/**
 * Runs the suites, side by side where they do not disturb each other, and ends with a line of counts for each.
 *
 * `npm test` runs those that take minutes; `npm run test:long` the longer ones, on every runtime and in whole browsers;
 * `npm test -- unit package` those named, of either kind. A suite that fails does not keep the others from running, unless
 * they need what it makes. A suite that ends without its line of counts has failed: nothing that ran nothing may pass.
 */
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { longSuites, shortSuites, slowSuites } from './suite-list.mjs'
import { runAll } from './side-by-side.mjs'

const allSuites = [...new Set([...shortSuites, ...slowSuites, ...longSuites])]

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { long: { type: 'boolean', default: false } },
})
const unknown = wanted.filter((name) => !allSuites.some((suite) => suite.name === name))
if (unknown.length > 0) {
  const names = allSuites.map(({ name }) => name).join(', ')
  throw new TypeError(`There is no suite "${unknown.join('", "')}"; there are ${names}`)
}

const unnamed = values.long ? longSuites : shortSuites
const results = await runAll(
  wanted.length === 0 ? unnamed : allSuites.filter(({ name }) => wanted.includes(name)),
)
console.log()
for (const { name, hasPassed, seconds, processorSeconds, line } of results) {
  const times = `${seconds.padStart(6)} s  ${processorSeconds.padStart(6)} s of processor`
  console.log(`${hasPassed ? 'pass' : 'FAIL'}  ${name.padEnd(10)} ${times}  ${line}`)
}
const failed = results.filter(({ hasPassed }) => !hasPassed).length
const ofAll = `${failed > 0 ? `${failed} failed, ` : ''}${results.length - failed} passed, ${results.length} total`
console.log(`\nTest Suites: ${ofAll}\nTime:        ${(performance.now() / 1000).toFixed(0)} s`)
for (const { name, hasPassed, ending } of results) {
  if (!hasPassed) console.log(`\n── ${name} failed; it ended with:\n${ending.slice(-2_000)}`)
}
process.exitCode = results.every(({ hasPassed }) => hasPassed) ? 0 : 1
