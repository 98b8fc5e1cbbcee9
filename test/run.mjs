/**
 * Runs the suites one after the other and ends with a line of counts for each, the WPT score last.
 *
 * `npm test` runs those that take minutes; `npm run test:long` the longer ones, on every runtime and in whole browsers;
 * `npm test -- unit package` those named, of either kind. A suite that fails does not keep the others from running, unless
 * they need what it makes. A suite that ends without its line of counts has failed: nothing that ran nothing may pass.
 */
import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'

/** Of `npm test`, in order of running. `counts` finds the line that says how much was tested. */
const shortSuites = [
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
    command: 'node test/suites/endurance/run.mjs',
    counts: /^endurance: .*/m,
  },
  { name: 'types', command: 'node test/suites/types/run.mjs', counts: /^types: .*0 findings$/m },
  { name: 'limits', command: 'node test/suites/limits/run.mjs', counts: /^limits: .*/m },
  { name: 'package', command: 'node test/suites/package/run.mjs', counts: /^package: .*/m },
  { name: 'samples', command: 'node test/suites/package/samples.mjs', counts: /^samples: .*/m },
  {
    name: 'runners',
    command: 'node test/suites/package/runners.mjs --short',
    counts: /^runners: .*/m,
  },
  { name: 'faults', command: 'node test/suites/faults/run.mjs', counts: /^faults: .*/m },
  {
    name: 'fuzz',
    command: 'node test/suites/fuzz/run.mjs',
    counts: /^fuzz: \d+ inputs, 0 findings.*/m,
  },
  { name: 'model', command: 'node test/suites/model/run.mjs', counts: /^model: \d+ passed.*/m },
  { name: 'ownership', command: 'node test/suites/ownership/run.mjs', counts: /^ownership: .*/m },
  {
    name: 'sharing',
    command: 'node test/suites/sharing/run.mjs',
    counts: /^sharing: (?:passed|FAILED).*/m,
  },
  {
    name: 'conditions',
    command: 'node test/suites/sharing/conditions.mjs',
    counts: /^conditions: .*/m,
  },
  {
    name: 'programs',
    command: 'node test/suites/programs/run.mjs --short',
    counts: /^programs: .*/m,
  },
  { name: 'crash', command: 'node test/suites/crash/run.mjs', counts: /^crash: \d+ passed.*/m },
  { name: 'ends', command: 'node test/suites/ends/run.mjs', counts: /^ends: .*/m },
  { name: 'browser', command: 'node test/suites/browser/run.mjs', counts: /^browsers: .*/m },
  {
    name: 'tabs',
    command: 'node test/suites/tabs/run.mjs --few --rounds 1 --endings close',
    counts: /^tabs: .*/m,
  },
  {
    name: 'parity',
    command: 'node test/suites/parity/run.mjs --programs 150 --seed 1',
    counts: /^parity: .*/m,
  },
  {
    name: 'demo',
    command: 'node test/suites/browser-demo/run.mjs --short',
    counts: /^browser-demo: .*/m,
  },
  { name: 'wpt', command: 'npm run --silent wpt', counts: /^WPT .*subtests pass.*/m },
]

const matrix = 'node test/suites/matrix/run.mjs --suites'
/**
 * Of `npm run test:long`, which continuous integration runs as well. What takes longer is started by itself: `slowSuites` by name, the suites'
 * own `--long` forms, `npm run wpt:browser` in all scopes, `npm run parity -- --programs 20000 --against all`.
 */
const longSuites = [
  {
    name: 'build',
    command: 'npm run --silent build',
    counts: /^\d+ files.*/m,
    isNeededByAll: true,
  },
  { name: 'bundlers', command: 'node test/suites/package/bundlers.mjs', counts: /^bundlers: .*/m },
  { name: 'settings', command: 'node test/suites/package/settings.mjs', counts: /^settings: .*/m },
  {
    name: 'all-types',
    command:
      'node test/suites/types/run.mjs --on node@20,node@24,node@26,bun,deno,chromium,firefox,jsdom@20.0.3,jsdom@26.1.0,jsdom@31.0.1,happy-dom@9.20.3,happy-dom@21.0.4',
    counts: /^types: .*0 findings$/m,
  },
  { name: 'files', command: `${matrix} files`, counts: /^matrix: .*/m },
  {
    name: 'runtimes',
    command: `${matrix} clients,wpt --runtimes node@24,bun,deno`,
    counts: /^matrix: .*/m,
  },
  {
    name: 'mixed',
    command:
      'node test/suites/sharing/run.mjs --processes 6 --threads 3 --kills 30 --clients 5 --stops 2 --leaves 2 --runtimes node@22.13,node@24,node@26,bun,deno',
    counts: /^sharing: (?:passed|FAILED).*/m,
  },
  { name: 'survival', command: 'node test/suites/survival/run.mjs', counts: /^survival: .*/m },
  { name: 'workerd', command: 'node test/suites/package/workerd.mjs', counts: /^workerd: .*/m },
  {
    name: 'kills',
    command: `${matrix} crash --runtimes node@20,node@26,bun`,
    counts: /^matrix: .*/m,
  },
  {
    name: 'scenarios',
    command: 'node test/suites/browser-demo/run.mjs chromium',
    counts: /^browser-demo: .*/m,
  },
  {
    name: 'more-tabs',
    command:
      'node test/suites/tabs/run.mjs --parts cases,special,failover --endings close,reload,navigate,terminate,crash,kill',
    counts: /^tabs: .*/m,
  },
  {
    name: 'all-programs',
    command: 'node test/suites/programs/run.mjs',
    counts: /^programs: .*/m,
  },
  {
    name: 'pages',
    command:
      'npm run --silent wpt:browser -- --browser chromium --scope worker --column native-leveldb,opfs',
    counts: /^WPT in browsers: .*/m,
  },
]
/** Too long for continuous integration, above all for the packages they install: `npm test -- client-tabs every-runtime every-runner every-sample`. */
const slowSuites = [
  {
    name: 'client-tabs',
    command: 'node test/suites/clients/tabs/run.mjs',
    counts: /^client tabs: .*/m,
  },
  {
    name: 'every-runtime',
    command: `${matrix} unit,runners --runtimes node@24,node@26,bun,deno`,
    counts: /^matrix: .*/m,
  },
  {
    name: 'every-runner',
    command: 'node test/suites/package/runners.mjs',
    counts: /^runners: .*/m,
  },
  {
    name: 'every-sample',
    command: 'node test/suites/package/samples.mjs --long',
    counts: /^samples: .*/m,
  },
]
const allSuites = [
  ...shortSuites,
  ...slowSuites,
  ...longSuites.filter(({ name }) => !shortSuites.some((suite) => suite.name === name)),
]

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
for (const { name, hasPassed, seconds, line } of results) {
  console.log(`${hasPassed ? 'pass' : 'FAIL'}  ${name.padEnd(8)} ${seconds.padStart(6)} s  ${line}`)
}
for (const { name, hasPassed, ending } of results) {
  if (!hasPassed) console.log(`\n── ${name} failed; it ended with:\n${ending.slice(-2_000)}`)
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
  const { exitCode, output, ending } = await runCommand(command)
  const line = output.match(counts)?.[0].trim()
  return {
    name,
    hasPassed: exitCode === 0 && line !== undefined,
    seconds: ((performance.now() - start) / 1000).toFixed(1),
    line: line ?? 'ended without its line of counts',
    ending,
  }
}

/** Runs a command line, shows what it prints, and resolves to its exit code (null: killed), its output, and the end of that and its errors. */
function runCommand(command) {
  const child = spawn(command, {
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let output = ''
  let ending = ''
  const show = (text, stream) => {
    ending = (ending + text).slice(-10_000)
    stream.write(text)
  }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
    show(text, process.stdout)
  })
  child.stderr.setEncoding('utf8').on('data', (text) => show(text, process.stderr))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, output, ending }))
  })
}
