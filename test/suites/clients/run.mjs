/**
 * Libraries that people use IndexedDB through, unchanged from the registry, on our files: a demanding program for each, in two
 * processes, of which the second checks what the first left on disk.
 *
 * `node test/suites/clients/run.mjs [name…] [--runtime node@22,bun] [--host postgres]`. Needs a built `dist/`. Ends with a table and a
 * line of counts. `--host postgres`: on a PostgreSQL server instead, each program in a schema of its own.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { importBundled } from '../../kit/bundle.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const { installedPackage, runtimeCommand, runtimeLabel } = (
  await importBundled('test/kit/runtimes.ts')
).module

/** How long one process may take. */
const timeoutMs = 120_000

/** Program → the package it tries, and the further ones it needs. */
const clients = JSON.parse(readFileSync(join(here, 'clients.json'), 'utf8'))

const { values, positionals } = parseArgs({
  options: {
    runtime: { type: 'string', default: 'node' },
    host: { type: 'string', default: 'files' },
  },
  allowPositionals: true,
})
const runtimes = values.runtime.split(',')
const unknown = positionals.filter((name) => !(name in clients))
if (unknown.length > 0) {
  throw new TypeError(`No client "${unknown.join('", "')}"; there are ${Object.keys(clients)}`)
}

const hosts = { files: onFiles, postgres: onPostgres }
const start = hosts[values.host]
if (!start) throw new TypeError(`No host "${values.host}"; there are ${Object.keys(hosts)}`)
const { entry, placeOf, stop } = await start()

const rows = []
for (const [name, client] of Object.entries(clients)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const companions = client.companions.map((it) => (it.startsWith('.') ? join(here, it) : it))
  const installed = await installedPackage(client.package, client.version, companions)
  const row = { name: `${client.package} ${client.version}`, cells: [] }
  for (const runtime of runtimes) row.cells.push(await runClient(name, installed, runtime))
  rows.push(row)
}
await stop()
printTable()
const all = rows.flatMap(({ cells }) => cells)
const [passed, failed] = ['passed', 'failed'].map((key) =>
  all.reduce((sum, cell) => sum + cell[key].length, 0),
)
console.log(
  `clients: ${passed} of ${passed + failed} checks pass, ${rows.length} libraries on ${runtimes.length} runtimes (${values.host})`,
)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

/** Where the databases of a program are, as its environment says: in a directory of its folder. */
function onFiles() {
  const auto = new URL('../../../dist/auto.js', import.meta.url).href
  return {
    entry: process.env.IDB_TEST_ENTRY ?? auto,
    placeOf: async (folder) => ({ IDB_PATH: join(folder, 'data') }),
    async stop() {},
  }
}

/** In a schema of its own, on a server of this run. */
async function onPostgres() {
  const { newSchema, startPostgres, whyNoServer } = (
    await importBundled('test/suites/remote/suite.ts')
  ).module
  const reason = whyNoServer()
  if (reason !== null) {
    console.log(`clients: skipped: ${reason}`)
    process.exit()
  }
  const server = await startPostgres()
  const { connectionString } = server
  return {
    entry: new URL('./on-postgres.mjs', import.meta.url).href,
    placeOf: async () => ({
      IDB_TEST_SERVER: connectionString,
      IDB_TEST_SCHEMA: await newSchema(connectionString),
    }),
    stop: () => server.stop(),
  }
}

/** Both processes of a program, in a folder beside the library's, so that its imports resolve. */
async function runClient(name, installed, runtime) {
  const folder = mkdtempSync(join(installed, 'run-'))
  try {
    for (const file of ['harness.mjs', 'mocha-suite.mjs', `programs/${name}.mjs`]) {
      cpSync(join(here, file), join(folder, file.replace('programs/', '')))
    }
    const place = await placeOf(folder)
    const passed = []
    const failed = []
    for (const part of ['first', 'second']) {
      const result = await runPart({ folder, name, runtime, part, place })
      passed.push(...result.passed)
      failed.push(...result.failed)
    }
    for (const { title, message } of failed) {
      console.log(`FAIL  ${name} on ${runtimeLabel(runtime)}: ${title}\n      ${message}`)
    }
    return { passed, failed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runPart({ folder, name, runtime, part, place }) {
  const [command, ...args] = await runtimeCommand(runtime)
  const program = pathToFileURL(join(folder, `${name}.mjs`)).href
  const output = await new Promise((resolve) => {
    execFile(
      command,
      [...args, join(folder, 'harness.mjs'), entry, program, part],
      {
        cwd: folder,
        env: { ...process.env, ...place },
        timeout: timeoutMs,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => resolve({ error, stdout, stderr }),
    )
  })
  const line = output.stdout.match(/^RESULT (.*)$/m)
  if (line) return JSON.parse(line[1])
  const { error, stdout, stderr } = output
  const message = `${error?.killed ? 'took too long' : error} ${stdout} ${stderr}`.slice(-3000)
  return { passed: [], failed: [{ title: `the ${part} process`, message }] }
}

function printTable() {
  const width = Math.max(...rows.map(({ name }) => name.length)) + 2
  console.log(`\n${''.padEnd(width)}${runtimes.map((it) => runtimeLabel(it).padStart(9)).join('')}`)
  for (const { name, cells } of rows) {
    const counts = cells.map(({ passed, failed }) =>
      `${passed.length}/${passed.length + failed.length}`.padStart(9),
    )
    console.log(`${name.padEnd(width)}${counts.join('')}`)
  }
}
