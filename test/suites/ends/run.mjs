/**
 * Ends processes, threads and transactions in every way, and looks at what they leave: all that was acknowledged, and
 * nothing of what was not to be.
 *
 * node test/suites/ends/run.mjs [--runtime node@26] [--only word]
 */
import { flag, importBundled } from '../../kit/bundle.mjs'

const scripts = [
  'test/suites/ends/child.ts',
  'test/suites/ends/worker.ts',
  'src/worker-node.ts',
  'test/suites/ends/clock-child.ts',
]
const { module, pathOf } = await importBundled('test/suites/ends/suite.ts', scripts)
const [child, worker, host, clock] = scripts.map(pathOf)
const runtime = flag('runtime') ?? 'node'

const outcomes = await module.playAll(runtime, { child, worker, host, clock }, flag('only') ?? '')
const counts = { pass: 0, FAIL: 0, skip: 0 }
for (const [name, { wrong, notPlayed }] of outcomes) {
  const outcome = notPlayed ? 'skip' : wrong.length > 0 ? 'FAIL' : 'pass'
  counts[outcome]++
  console.log(`${outcome}  ${name}${notPlayed ? `: ${notPlayed}` : ''}`)
  for (const message of wrong) console.error(`      ${message}`)
}
const { pass, FAIL: failed, skip } = counts
console.log(`ends: ${pass} passed, ${failed} failed, ${skip} not run (on ${runtime})`)
process.exitCode = failed > 0 || pass === 0 ? 1 : 0
