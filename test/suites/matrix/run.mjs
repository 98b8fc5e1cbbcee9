/**
 * Runtime × suite, and writer × reader: which suite passes in which runtime, and whether a file written in one is read the
 * same in every other.
 *
 * `node test/suites/matrix/run.mjs [--runtimes node@20,bun] [--suites files,tables,news,unit,remote,extras,crash,runners,clients,wpt] [--filter key]`;
 * `tables` is `files` on a PostgreSQL server, and `--filter` goes to the WPT runner. Needs a built `dist/`. Ends with the tables and a
 * line of counts.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { importBundled } from '../../kit/bundle.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const entry = new URL('../../../dist/index.js', import.meta.url).href
const { runtimeCommand, runtimeLabel } = (await importBundled('test/kit/runtimes.ts')).module

/** Suite → the command that runs it in a runtime, and the line that says how much passed. */
const suites = {
  wpt: (runtime) => ({
    args: ['wpt/run.mjs', '--runtime', runtime, ...(values.filter ? [values.filter] : [])],
    counts: /(\d+)\/(\d+) subtests pass/,
  }),
  unit: (runtime) => ({
    runtime,
    args: ['node_modules/vitest/vitest.mjs', 'run'],
    counts: /Tests +(.*)/,
  }),
  // Of the unit tests, those of what a runtime's own channels and threads could do otherwise: a few seconds.
  extras: (runtime) => ({
    runtime,
    args: [
      'node_modules/vitest/vitest.mjs',
      'run',
      'test/unit/extras',
      'test/unit/platform/diagnostics.test.ts',
    ],
    counts: /Tests +(.*)/,
  }),
  remote: (runtime) => ({
    runtime,
    args: ['node_modules/vitest/vitest.mjs', 'run', 'test/unit/remote'],
    counts: /Tests +(.*)/,
  }),
  crash: (runtime) => ({
    args: ['test/suites/crash/run.mjs', '--kills', '20', '--runtime', runtime],
    counts: /^crash: .*$/gm,
  }),
  runners: (runtime) => ({
    args: ['test/suites/package/runners.mjs', '--runtime', runtime],
    counts: /runners: (\d+) of (\d+) checks pass/,
  }),
  clients: (runtime) => ({
    args: ['test/suites/clients/run.mjs', '--runtime', runtime],
    counts: /clients: (\d+) of (\d+) checks pass/,
  }),
}

/** What is told of the transaction in `news.mjs`. */
const news = JSON.stringify({
  type: 'change',
  isOwn: false,
  changes: [
    { store: 'books', kind: 'put', key: 1 },
    { store: 'books', kind: 'delete', key: 2 },
  ],
})

/** Of the tables: without colours, which files and pipes would keep as bytes. */
const plain = { head: [], border: [] }

const { values } = parseArgs({
  options: {
    runtimes: { type: 'string', default: 'node@20,node@22,node@24,node@26,bun,deno' },
    suites: { type: 'string', default: 'files,unit,crash,runners,clients,wpt' },
    filter: { type: 'string' },
  },
})
const runtimes = values.runtimes.split(',')
const wanted = values.suites.split(',')
let failures = 0
let runCount = 0

const inDirectory = {
  title: 'written ↓ read →',
  async newPlace() {
    const directory = mkdtempSync(join(tmpdir(), 'idb-everywhere-matrix-'))
    const remove = () => rmSync(directory, { recursive: true, force: true })
    return { place: [directory], remove }
  },
  async end() {},
}

/** The server is there until the end. */
async function inSchema() {
  const { module } = await importBundled('test/suites/remote/suite.ts')
  const server = await module.startPostgres()
  const { connectionString } = server
  return {
    title: 'on PostgreSQL ↓ →',
    async newPlace() {
      const schema = await module.newSchema(connectionString)
      return { place: [schema, connectionString], remove() {} }
    },
    end: () => server.stop(),
  }
}

if (wanted.includes('files')) await runFileMatrix(inDirectory)
if (wanted.includes('tables')) await runFileMatrix(await inSchema())
if (wanted.includes('news')) await runNewsMatrix()
if (wanted.some((name) => name in suites)) await runSuites()
console.log(
  `matrix: ${runCount - failures} of ${runCount} cells pass on ${runtimes.length} runtimes`,
)
process.exitCode = failures === 0 && runCount > 0 ? 0 : 1

/** `newPlace` gives what says where databases are, and what removes them. */
async function runFileMatrix({ title, newPlace, end }) {
  const table = new Table({ head: [title, ...runtimes.map(runtimeLabel)], style: plain })
  for (const writer of runtimes) {
    const { place, remove } = await newPlace()
    try {
      const written = await runFile(writer, 'write', place)
      reportWrong(`written by ${runtimeLabel(writer)}`, written)
      const cells = []
      for (const reader of runtimes) cells.push(await readCell({ writer, reader, place }))
      table.push([runtimeLabel(writer), ...cells])
    } finally {
      remove()
    }
  }
  await end()
  console.log(table.toString())
}

async function readCell({ writer, reader, place }) {
  const checks = await runFile(reader, 'read', place)
  const wrong = reportWrong(`${runtimeLabel(writer)} → ${runtimeLabel(reader)}`, checks)
  return `${checks.length - wrong}/${checks.length}`
}

/** Counts a cell and prints what is wrong in it; returns how much. */
function reportWrong(cell, checks) {
  const wrong = checks.filter(({ error }) => error !== null)
  runCount++
  if (wrong.length > 0 || checks.length === 0) failures++
  for (const { title, error } of wrong) console.log(`FAIL  ${cell}: ${title}: ${error}`)
  return wrong.length
}

async function runFile(runtime, side, place) {
  const [command, ...args] = await runtimeCommand(runtime)
  const program = fileURLToPath(new URL('./file.mjs', import.meta.url))
  const { output } = await runCommand(command, [...args, program, entry, side, ...place])
  const line = output.match(/^RESULT (.*)$/m)
  return line ? JSON.parse(line[1]) : [{ title: side, error: output.slice(-1000) }]
}

/** Whether each runtime is told what each of them writes in a directory that the two share. */
async function runNewsMatrix() {
  const table = new Table({
    head: ['watches ↓ writes →', ...runtimes.map(runtimeLabel)],
    style: plain,
  })
  for (const watcher of runtimes) {
    const cells = []
    for (const writer of runtimes) cells.push(await newsCell(watcher, writer))
    table.push([runtimeLabel(watcher), ...cells])
  }
  console.log(table.toString())
}

async function newsCell(watcher, writer) {
  const directory = mkdtempSync(join(tmpdir(), 'idb-everywhere-matrix-'))
  try {
    const writings = []
    const watching = await runNews(watcher, 'watch', directory, (output) => {
      if (writings.length > 0 || !output.includes('watching')) return
      writings.push(runNews(writer, 'write', directory))
    })
    await Promise.all(writings)
    const told = watching.match(/^RESULT (.*)$/m)?.[1] ?? watching.slice(-1000)
    const error = told === news ? null : told
    const title = 'is told of a put and a delete'
    const wrong = reportWrong(`${runtimeLabel(writer)} → ${runtimeLabel(watcher)}`, [
      { title, error },
    ])
    return wrong === 0 ? 'told' : 'FAIL'
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** What it has printed when it has ended. */
async function runNews(runtime, side, directory, onOutput) {
  const [command, ...args] = await runtimeCommand(runtime)
  const program = fileURLToPath(new URL('./news.mjs', import.meta.url))
  const dist = new URL('.', entry).href
  return (await runCommand(command, [...args, program, dist, side, directory], onOutput)).output
}

async function runSuites() {
  const names = wanted.filter((name) => name in suites)
  const table = new Table({ head: ['', ...names], style: plain })
  for (const runtime of runtimes) {
    const cells = []
    for (const name of names) cells.push(await suiteCell(name, runtime))
    table.push([runtimeLabel(runtime), ...cells])
  }
  console.log(table.toString())
}

async function suiteCell(name, runtime) {
  const suite = suites[name](runtime)
  console.log(`── ${name} on ${runtimeLabel(runtime)}`)
  const [command, ...before] = suite.runtime
    ? await runtimeCommand(suite.runtime)
    : [process.execPath]
  const { exitCode, output } = await runCommand(command, [...before, ...suite.args])
  const line = output.match(suite.counts)?.at(-1)
  const hasPassed = exitCode === 0 && line !== undefined
  runCount++
  if (!hasPassed) {
    failures++
    console.log(output.slice(-3000))
  }
  const [, passed, all] = output.match(suite.counts)?.length === 3 ? output.match(suite.counts) : []
  return `${hasPassed ? '' : 'FAIL '}${all ? `${passed}/${all}` : (line ?? 'no counts').trim()}`
}

/** `onOutput`: has all that came so far, each time more comes. */
function runCommand(command, args, onOutput) {
  // Deno's look for a newer version opens sockets while tests count descriptors.
  const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
  const child = spawn(command, args, { cwd: root, env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
      onOutput?.(output)
    })
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, output }))
  })
}
