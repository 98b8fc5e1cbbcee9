/** What the checks on real programs have in common: the installed package, servers that run meanwhile, the load, what is counted. */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { flag, importBundled } from '../../kit/bundle.mjs'
import { installPacked, makeProject, run, temporaryDirectory } from '../package/projects.mjs'

export const runtimes = (await importBundled('test/kit/runtimes.ts')).module
export const { installedPackage } = runtimes

/** How many processes a program has. */
export const workerCount = 4
/** The package and its stand-in, as users get them. */
export const packages = await installPacked()
/** The programs' sources. */
export const sources = fileURLToPath(new URL('.', import.meta.url))
/** What runs our own programs: `--runtime`. */
const [runtime = process.execPath, ...runtimeArgs] = await runtimes.runtimeCommand(
  String(flag('runtime') ?? 'node'),
)

/** A project of its own, for as long as the suite runs: the files in that folder beside the package. */
export function projectOf(folder, installed = packages) {
  return makeProject({
    toolDirectory: temporaryDirectory(),
    packages: installed,
    source: join(sources, folder),
    type: 'module',
  })
}

const server = projectOf('server')

/** Runs `work` with the port that the program listens at and a function that gives what it prints, and ends it. `command`: what runs it instead of the runtime under test. */
export async function whileRunning(args, { path, cwd = server, command, env: more = {} }, work) {
  const [program, ...before] = command ?? [runtime, ...runtimeArgs]
  const quiet = { NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' }
  const env = { ...process.env, ...quiet, COUNTER_PATH: path, ...more }
  // With its own children it is a group of its own, which is ended as a whole.
  const child = spawn(program, [...before, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  try {
    return await work(await portOf(child), outputOf(child))
  } finally {
    endGroup(child)
    await ended
  }
}

function endGroup({ pid }) {
  try {
    process.kill(0 - Number(pid), 'SIGTERM')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error // It has ended by itself, of which `work` has told.
  }
}

/** Gives what the program has printed since then. */
function outputOf({ stdout }) {
  let output = ''
  stdout.on('data', (text) => (output += text))
  return () => output
}

function portOf(child) {
  let output = ''
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${why}: ${output.slice(-2_000)}`))
    const timer = setTimeout(() => fail('no port within three minutes'), 180_000)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
        const [, port] = /(?:listening |(?:localhost|127\.0\.0\.1):)(\d+)/.exec(output) ?? []
        if (port === undefined) return
        clearTimeout(timer)
        resolve(Number(port))
      })
    }
    child.once('close', () => fail('ended'))
  })
}

/** The report of the load generator, after so many requests. */
export async function load(port, amount, method = 'POST') {
  const directory = await installedPackage('autocannon', '9.0.0')
  const program = join(directory, 'node_modules/autocannon/autocannon.js')
  const options = ['-c', '16', '-a', String(amount), '-m', method, '--json']
  const args = [program, ...options, `http://127.0.0.1:${port}`]
  const { output } = await run(process.execPath, args, { cwd: directory })
  return JSON.parse(output.slice(output.indexOf('{')))
}

/** What our own program in that project prints, as JSON. */
export async function printed(args, { path, cwd = server, env = {}, command }) {
  const all = { COUNTER_PATH: path, ...env }
  const [program, ...before] = command ?? [runtime, ...runtimeArgs]
  const { output } = await run(program, [...before, ...args], { cwd, env: all })
  return JSON.parse(output)
}

/** The command-line tool: raises the counter so often, and prints the counts. */
export async function script(path, times) {
  return printed(['script.mjs', String(times)], { path })
}

/** Does `work` in a project of a tool, with the counter at `env.COUNTER_PATH`, which must be at `expected` in the end. */
export async function inProject({ toolDirectory, folder, expected }, work) {
  const path = temporaryDirectory()
  const source = join(sources, folder)
  const directory = makeProject({ toolDirectory, packages, source, type: 'module' })
  try {
    await work({ directory, path, env: { COUNTER_PATH: path } })
    await checkSum(path, expected)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Each request counts once; one that was cut off and made again may have counted before. */
export async function checkSum(path, expected) {
  const { all } = await script(path, 0)
  const surplus = all - expected
  if (surplus < 0 || surplus > repeatedCount) {
    throw new Error(`counted ${all} and not ${expected}; ${repeatedCount} requests were repeated`)
  }
  repeatedCount = 0
}

/** Raises the counter over that page of a server, and checks each answer. */
export async function raiseAt(port, page, times) {
  for (let i = 0; i < times; i++) {
    const response = await fetchPatiently(`http://127.0.0.1:${port}/${page}`)
    const text = await response.text()
    if (!response.ok || !/^\d+$/.test(text))
      throw new Error(`${response.status}: ${text.slice(0, 500)}`)
  }
}

/** How many requests were made again that may have been carried out. */
let repeatedCount = 0

/** A server that restarts refuses connections for a moment, and cuts off those that it has. */
async function fetchPatiently(url) {
  for (let tries = 0; ; tries++) {
    try {
      return await fetch(url, { headers: { connection: 'close' } })
    } catch (error) {
      if (tries === 100) throw error
      if (error.cause?.code !== 'ECONNREFUSED') repeatedCount++
      await pause(100)
    }
  }
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** @throws unless both have the same JSON */
export function equal(found, expected) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)]
  if (one !== other) throw new Error(`found ${one} and not ${other}`)
}
