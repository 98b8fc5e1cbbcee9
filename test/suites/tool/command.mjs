/** The built command as a process, as a person starts it. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built program. */
export const commandPath = fileURLToPath(new URL('../../../dist/tool/cli.js', import.meta.url))

/** The environment of tests, without what makes a difference to colours and to errors. */
const { NODE_ENV: _, NO_COLOR: __, FORCE_COLOR: ___, CI: ____, ...plainEnvironment } = process.env

/** Starts it. */
export function startTool(args, { cwd, env = {}, stdio = 'pipe' } = {}) {
  const child = spawn(process.execPath, [commandPath, ...args], {
    cwd,
    env: { ...plainEnvironment, ...env },
    stdio,
  })
  child.stdin?.on('error', () => {}) // It may end, or be killed, before it has read everything.
  return child
}

/**
 * What it has printed, and its exit code, when it has ended. `input`: what it reads; `closesOutput`: its output is closed when the
 * first piece has come.
 */
export async function tool(args, { input = '', closesOutput = false, ...options } = {}) {
  const child = startTool(args, options)
  if (closesOutput) child.stdout.once('data', () => child.stdout.destroy())
  child.stdin.end(input)
  return resultOf(child)
}

/** What a process has printed when it has ended. */
export async function resultOf(child) {
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)])
  return { stdout, stderr, ...(await ended) }
}

/** All that comes, also when it is closed from this side. */
async function textOf(stream) {
  let text = ''
  stream.setEncoding('utf8').on('data', (piece) => (text += piece))
  await new Promise((resolve) => stream.once('close', resolve))
  return text
}

/** Its output, when it has ended well. @throws if it has not */
export async function output(args, options) {
  const { code, stdout, stderr } = await tool(args, options)
  if (code === 0 && stderr === '') return stdout
  throw new Error(`idb-everywhere ${args.join(' ')} ended with ${code}: ${stderr}`)
}

/** Its output as one JSON document. */
export async function json(args, options) {
  return JSON.parse(await output([...args, '--json'], options))
}

/** Its output as JSON Lines. */
export async function jsonLines(args, options) {
  const lines = await output([...args, '--json'], options)
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

/** Those to remove at the end. */
const directories = []

process.on('exit', () => {
  for (const it of directories) rmSync(it, { recursive: true, force: true, maxRetries: 3 })
})

/** A directory that lasts as long as this process. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'idb-everywhere-tool-'))
  directories.push(directory)
  return directory
}
