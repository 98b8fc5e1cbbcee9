/**
 * Databases on a PostgreSQL server by way of pgbouncer in transaction mode: the unit tests of `remote`, then several processes at once, without
 * trouble, and while connections are cut and the server crashes. Needs pgbouncer (Debian: apt-get install pgbouncer).
 *
 * node test/suites/remote/pgbouncer.mjs [--processes 3] [--seconds 10] [--cuts 9] [--seed 1] [--size 6]
 *
 * `--size`: how many connections to the server pgbouncer has for the processes' transactions.
 */
import { spawn } from 'node:child_process'
import { flag, importBundled } from '../../kit/bundle.mjs'

const childPath = 'test/suites/remote/child.ts'
const { module, pathOf } = await importBundled('test/suites/remote/suite.ts', [childPath])
const processes = Number(flag('processes') ?? 3)
const seconds = Number(flag('seconds') ?? 10)
const cuts = Number(flag('cuts') ?? 9)
const size = Number(flag('size') ?? 6)
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)

const reason = module.whyNoServer() ?? module.whyNoPgbouncer()
if (reason === null) await run()
else console.log(`pgbouncer: skipped: ${reason}`)

async function run() {
  const { exitCode, output } = await unitTests()
  const tests = output.match(/^ *Tests {2,}(.*)/m)?.[1]
  const wrong = exitCode === 0 && tests ? [] : [output.slice(-10_000)]
  const counts = [`unit tests ${tests}`]
  const server = await module.startPostgres()
  const pooler = await module.startPgbouncer(server.connectionString, { mode: 'transaction', size })
  for (const cutting of [0, cuts]) {
    const place = { childPath: pathOf(childPath), pooler: pooler.connectionString }
    const load = { processes, writers: 3, seconds, cuts: cutting, seed }
    const found = await module.contend(server, { ...place, ...load })
    console.log(JSON.stringify(found))
    wrong.push(...found.wrong)
    const { committed, aborted, unknown, deadlocks, overlaps, torn } = found
    counts.push(
      `${committed} committed and ${aborted} aborted by ${processes} processes with ${cutting} cuts, ${unknown} unknown, ${deadlocks} deadlocks, ${overlaps} overlaps, ${torn} torn`,
    )
  }
  await pooler.stop()
  await server.stop()
  for (const line of wrong) console.error(line)
  const outcome = wrong.length > 0 ? 'FAILED' : 'passed'
  console.log(`pgbouncer: ${outcome} (${counts.join('; ')}; seed ${seed})`)
  process.exitCode = wrong.length > 0 ? 1 : 0
}

function unitTests() {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['vitest', 'run', 'test/unit/remote', '--no-color'], {
      env: { ...process.env, IDB_TEST_PGBOUNCER: 'transaction', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (it) => (output += it))
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, output }))
  })
}
