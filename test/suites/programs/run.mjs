/**
 * Real programs whose processes share one directory: a cluster behind an HTTP server under a load generator, a script beside it,
 * Vitest and Jest with four workers, two development servers of Vite and of Next.js. The counters they keep must be exact.
 *
 * node test/suites/programs/run.mjs [cluster script vitest jest vite next] [--requests 4000]
 *
 * Needs a built `dist/`. The programs are npm packages, fetched on demand into the cache.
 */
import { spawn } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { flag, importBundled } from '../../kit/bundle.mjs'
import {
  installPacked,
  makeProject,
  run,
  runChecks,
  temporaryDirectory,
} from '../package/projects.mjs'

const { installedPackage } = (await importBundled('test/kit/runtimes.ts')).module
const sources = fileURLToPath(new URL('.', import.meta.url))
const requests = Number(flag('requests') ?? 4_000)
const workerCount = 4
const packages = await installPacked()
const server = makeProject({
  toolDirectory: temporaryDirectory(),
  packages,
  source: join(sources, 'server'),
  type: 'module',
})

const checks = {
  cluster: [
    `a cluster of ${workerCount} workers under load counts each request once`,
    checkCluster,
  ],
  kills: [
    'a cluster whose owning worker is killed under load loses no acknowledged request',
    checkKills,
  ],
  script: ['a script beside a running server shares its databases', checkScript],
  vitest: [`Vitest with ${workerCount} workers, of processes and of threads`, checkVitest],
  jest: [`Jest with ${workerCount} workers, of processes and of threads`, checkJest],
  vite: ['two development servers of Vite, one of them restarted', checkVite],
  next: ['two development servers of Next.js', checkNext],
}
const wanted = process.argv.slice(2).filter((name) => name in checks)
const chosen = wanted.length > 0 ? wanted : Object.keys(checks)
await runChecks(
  'programs',
  chosen.map((name) => checks[name]),
)

async function checkCluster() {
  const rates = []
  for (const workers of [1, workerCount]) {
    const path = temporaryDirectory()
    await whileRunning(['cluster.mjs', String(workers)], { path }, async (port) => {
      const { requests: sent, errors, non2xx } = await load(port, requests)
      equal({ errors, non2xx, sent: sent.sent }, { errors: 0, non2xx: 0, sent: requests })
      rates.push(Math.round(sent.average))
    })
    equal((await script(path, 0)).all, requests)
  }
  const [one, many] = rates
  console.log(`      ${one} requests a second of one worker, ${many} of ${workerCount}`)
}

async function checkKills() {
  const path = temporaryDirectory()
  let answered = 0
  await whileRunning(['cluster.mjs', String(workerCount)], { path }, async (port) => {
    const loads = load(port, requests)
    for (let kill = 0; kill < 3; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      const { pid } = JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8'))
      process.kill(pid, 'SIGKILL')
    }
    const { '2xx': ok, non2xx } = await loads
    equal(non2xx, 0)
    answered = ok
  })
  const { all } = await script(path, 0)
  // What was committed and could not be answered is counted, too; there is one such request for each connection and kill at most.
  if (all < answered || all > requests) throw new Error(`${answered} answered, counted ${all}`)
}

async function checkScript() {
  const path = temporaryDirectory()
  await whileRunning(['cluster.mjs', '2'], { path }, async (port) => {
    const [{ errors, non2xx }, before] = await Promise.all([
      load(port, requests / 4),
      script(path, 50),
    ])
    equal({ errors, non2xx, script: before.script }, { errors: 0, non2xx: 0, script: 50 })
    equal((await script(path, 50)).all, requests / 4)
  })
  equal(await script(path, 0), { all: requests / 4, script: 100 })
}

async function checkVitest() {
  const toolDirectory = await installedPackage('vitest', '4.1.12')
  for (const pool of ['forks', 'threads']) {
    await inProject(
      { toolDirectory, source: join(sources, 'server') },
      async ({ directory, env }) => {
        writeTests(directory, 'mjs', `import { test } from 'vitest'\n`)
        const options = {
          pool,
          maxWorkers: workerCount,
          minWorkers: workerCount,
          include: ['*.test.mjs'],
        }
        writeFileSync(
          join(directory, 'vitest.config.mjs'),
          `export default { test: ${JSON.stringify(options)} }\n`,
        )
        await run(
          process.execPath,
          [join(toolDirectory, 'node_modules/vitest/vitest.mjs'), 'run'],
          { cwd: directory, env },
        )
      },
    )
  }
}

async function checkJest() {
  const toolDirectory = await installedPackage('jest', '30.5.2')
  for (const workerThreads of [false, true]) {
    await inProject(
      { toolDirectory, source: join(sources, 'server') },
      async ({ directory, env }) => {
        writeTests(directory, 'mjs', '')
        const options = {
          testMatch: ['**/*.test.mjs'],
          transform: {},
          workerThreads,
          maxWorkers: workerCount,
          testEnvironment: 'node',
        }
        writeFileSync(join(directory, 'jest.config.json'), JSON.stringify(options))
        const jest = join(toolDirectory, 'node_modules/jest/bin/jest.js')
        await run(process.execPath, ['--experimental-vm-modules', jest], { cwd: directory, env })
      },
    )
  }
}

function writeTests(directory, extension, head) {
  const text = readFileSync(join(sources, 'runners/suite.mjs'), 'utf8')
  for (let i = 0; i < workerCount; i++) {
    writeFileSync(
      join(directory, `${i}.test.${extension}`),
      head + text.replace('NUMBER', String(i)),
    )
  }
}

/** Does `work` in a project of the tool, whose counter must be at 100 in the end. */
async function inProject({ toolDirectory, source }, work) {
  const path = temporaryDirectory()
  const directory = makeProject({ toolDirectory, packages, source, type: 'module' })
  try {
    await work({ directory, env: { COUNTER_PATH: path } })
    equal((await script(path, 0)).all, 25 * workerCount)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function checkVite() {
  const toolDirectory = await installedPackage('vite', '8.3.8')
  await inProject(
    { toolDirectory, source: join(sources, 'server') },
    async ({ directory, env }) => {
      cpSync(join(sources, 'vite'), directory, { recursive: true })
      const start = { cwd: directory, path: env.COUNTER_PATH }
      await whileRunning(['start.mjs'], start, (one) =>
        whileRunning(['start.mjs'], start, async (other) => {
          await Promise.all([raiseAt(one, 'raise', 30), raiseAt(other, 'raise', 30)])
          await (await fetch(`http://127.0.0.1:${one}/restart`)).text()
          await Promise.all([raiseAt(one, 'raise', 20), raiseAt(other, 'raise', 20)])
        }),
      )
    },
  )
}

async function checkNext() {
  const toolDirectory = await installedPackage('next', '16.4.6', ['react@19', 'react-dom@19'])
  const path = temporaryDirectory()
  const source = join(sources, 'next')
  const directories = [1, 2].map(() =>
    makeProject({ toolDirectory, packages, source, type: 'module' }),
  )
  for (const directory of directories) {
    cpSync(join(sources, 'server/counter.mjs'), join(directory, 'counter.mjs'))
  }
  const [first, second] = directories
  const dev = (cwd) => [
    join(toolDirectory, 'node_modules/next/dist/bin/next'),
    'dev',
    '--port',
    '0',
    cwd,
  ]
  try {
    await whileRunning(dev(first), { cwd: first, path }, (one) =>
      whileRunning(dev(second), { cwd: second, path }, (other) =>
        Promise.all([raiseAt(one, 'raise', 30), raiseAt(other, 'raise', 30)]),
      ),
    )
    equal((await script(path, 0)).all, 60)
  } finally {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true })
  }
}

async function raiseAt(port, page, times) {
  for (let i = 0; i < times; i++) {
    const response = await fetchPatiently(`http://127.0.0.1:${port}/${page}`)
    const text = await response.text()
    if (!response.ok || !/^\d+$/.test(text))
      throw new Error(`${response.status}: ${text.slice(0, 500)}`)
  }
}

/** A server that restarts refuses connections for a moment. */
async function fetchPatiently(url) {
  for (let tries = 0; ; tries++) {
    try {
      return await fetch(url)
    } catch (error) {
      if (tries === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** Runs a program until `work` with the port it listens at is over. */
async function whileRunning(args, { path, cwd = server }, work) {
  const env = { ...process.env, COUNTER_PATH: path, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' }
  // With its own children it is a group of its own, which is ended as a whole.
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  try {
    return await work(await portOf(child))
  } finally {
    process.kill(0 - Number(child.pid), 'SIGTERM')
    await ended
  }
}

function portOf(child) {
  let output = ''
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${why}: ${output.slice(-2_000)}`))
    const timer = setTimeout(() => fail('no port within a minute'), 60_000)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
        const [, port] = /(?:listening |localhost:)(\d+)/.exec(output) ?? []
        if (port === undefined) return
        clearTimeout(timer)
        resolve(Number(port))
      })
    }
    child.once('close', () => fail('ended'))
  })
}

async function load(port, amount) {
  const directory = await installedPackage('autocannon', '9.0.0')
  const program = join(directory, 'node_modules/autocannon/autocannon.js')
  const args = [
    program,
    '-c',
    '16',
    '-a',
    String(amount),
    '-m',
    'POST',
    '--json',
    `http://127.0.0.1:${port}`,
  ]
  const { output } = await run(process.execPath, args, { cwd: directory })
  return JSON.parse(output.slice(output.indexOf('{')))
}

async function script(path, times) {
  const { output } = await run(process.execPath, ['script.mjs', String(times)], {
    cwd: server,
    env: { COUNTER_PATH: path },
  })
  return JSON.parse(output)
}

function equal(found, expected) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)]
  if (one !== other) throw new Error(`found ${one} and not ${other}`)
}
