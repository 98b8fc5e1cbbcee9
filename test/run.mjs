/**
 * Runs the suites one after the other and ends with a line of counts for each, the WPT score last.
 *
 * `npm test` runs all; `npm test -- unit package` runs those named. A suite that fails does not keep the others from
 * running, unless they need what it makes. A suite that ends without its line of counts has failed: nothing that ran
 * nothing may pass.
 */
import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'

/** In order of running. `counts` finds the line that says how much was tested. */
const suites = [
  {
    name: 'build',
    command: 'npm run --silent build',
    counts: /^\d+ files.*/m,
    isNeededByAll: true,
  },
  { name: 'check', command: 'npm run --silent check', counts: /^Found \d+ warnings.*/m },
  { name: 'unit', command: 'npx vitest run', counts: /^ *Tests +.*passed.*/m },
  {
    name: 'endurance',
    command: 'node test/endurance/run.mjs',
    counts: /^endurance: .*/m,
  },
  { name: 'package', command: 'node test/package/run.mjs', counts: /^package: .*/m },
  { name: 'faults', command: 'node test/faults/run.mjs', counts: /^faults: .*/m },
  { name: 'model', command: 'node test/model/run.mjs', counts: /^model: \d+ passed.*/m },
  { name: 'ownership', command: 'node test/ownership/run.mjs', counts: /^ownership: .*/m },
  { name: 'crash', command: 'node test/crash/run.mjs', counts: /^crash: .*/m },
  { name: 'browser', command: 'node test/browser/run.mjs', counts: /^browsers: .*/m },
  { name: 'wpt', command: 'npm run --silent wpt', counts: /^WPT .*subtests pass.*/m },
]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name))
if (unknown.length > 0) {
  const names = suites.map(({ name }) => name).join(', ')
  throw new TypeError(`There is no suite "${unknown.join('", "')}"; there are ${names}`)
}

const results = await runAll(
  suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name)),
)
console.log()
for (const { name, hasPassed, seconds, line } of results) {
  console.log(`${hasPassed ? 'pass' : 'FAIL'}  ${name.padEnd(8)} ${seconds.padStart(6)} s  ${line}`)
}
process.exitCode = results.every(({ hasPassed }) => hasPassed) ? 0 : 1

async function runAll(chosen) {
  const results = []
  for (const suite of chosen) {
    const result = await run(suite)
    results.push(result)
    if (suite.isNeededByAll && !result.hasPassed) break
  }
  return results
}

async function run({ name, command, counts }) {
  console.log(`\n── ${name}: ${command}`)
  const start = performance.now()
  const { exitCode, output } = await runCommand(command)
  const line = output.match(counts)?.[0].trim()
  return {
    name,
    hasPassed: exitCode === 0 && line !== undefined,
    seconds: ((performance.now() - start) / 1000).toFixed(1),
    line: line ?? 'ended without its line of counts',
  }
}

/** Runs a command line, shows what it prints, and resolves to its exit code (null: killed) and output. */
function runCommand(command) {
  const child = spawn(command, {
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
    process.stdout.write(text)
  })
  child.stderr.pipe(process.stderr, { end: false })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, output }))
  })
}
