/** Plays every scenario in a process of its own, and has another look at what is left. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runtimeCommand } from '../../kit/runtimes.ts'
import { type Scenario, scenarios } from './scenarios.ts'

/** The bundled scripts. */
export interface Scripts {
  readonly child: string
  readonly worker: string
  readonly host: string
  readonly clock: string
}

/** A process that has not ended by then will not end. */
const longestMs = 180_000

/** What was wrong with a scenario, or why it was not played. */
export interface Outcome {
  readonly wrong: readonly string[]
  readonly notPlayed: string | null
}

/** Plays all scenarios whose names contain `word`. */
export async function playAll(
  runtime: string,
  scripts: Scripts,
  word: string,
): Promise<ReadonlyMap<string, Outcome>> {
  const command = await runtimeCommand(runtime)
  const outcomes = new Map<string, Outcome>()
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (!name.includes(word)) continue
    const notPlayed = scenario.notOn?.[runtime] ?? null
    if (notPlayed !== null) {
      outcomes.set(name, { wrong: [], notPlayed })
      continue
    }
    const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-ends-'))
    const start = (play: string): Promise<Ended> =>
      run([...command, scripts.child, path, play, scripts.worker, scripts.host])
    const played = await start(name)
    const left = await start('look')
    const wrong = [...wrongEnd(scenario, played), ...wrongRecords(scenario, played, left)]
    outcomes.set(name, { wrong, notPlayed })
    rmSync(path, { recursive: true, force: true })
  }
  if (clockName.includes(word)) {
    outcomes.set(clockName, {
      wrong: await jumpClocks([...command, scripts.clock]),
      notPlayed: null,
    })
  }
  return outcomes
}

const clockName = 'clocks that jump back and forth by a day'

async function jumpClocks(command: readonly string[]): Promise<string[]> {
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-ends-'))
  const { exitCode, signal, lines, errors } = await run([...command, path])
  rmSync(path, { recursive: true, force: true })
  const parts = ['taking over', 'waiting for timers', 'loading', 'closing']
  const wrong = parts.filter((part) => !lines.includes(`done ${part}`)).map((it) => `hung: ${it}`)
  if (exitCode !== 0) wrong.push(`ended with ${exitCode ?? signal}: ${errors}`)
  return wrong
}

interface Ended {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly lines: readonly string[]
  readonly errors: string
}

function wrongEnd(
  { ends, says = [] }: Scenario,
  { exitCode, signal, lines, errors }: Ended,
): string[] {
  const wrong = says.filter((line) => !lines.includes(line)).map((line) => `never said "${line}"`)
  const isAsExpected =
    ends === 'killed'
      ? signal === 'SIGKILL'
      : ends === 'failure'
        ? (exitCode ?? 0) > 0
        : exitCode === 0
  if (!isAsExpected || wrong.length > 0) wrong.push(`ended with ${exitCode ?? signal}: ${errors}`)
  if (!lines.includes('done before')) wrong.push('never began')
  return wrong
}

/** What was acknowledged must be there, and nothing of what was undone. */
function wrongRecords({ leaves = [] }: Scenario, played: Ended, left: Ended): string[] {
  if (left.exitCode !== 0) return [`cannot be looked at: ${left.errors}`]
  const found = new Set(linesAbout('found', left))
  const done = [...linesAbout('done', played), ...leaves]
  return [
    ...done.filter((key) => !found.has(key)).map((key) => `lost ${key}`),
    ...linesAbout('undone', played)
      .filter((key) => found.has(key))
      .map((key) => `kept ${key}`),
    ...linesAbout('problem', left),
    ...linesAbout('listed', left)
      .filter((name) => name !== 'ends')
      .map((name) => `left the database ${name}`),
  ]
}

function linesAbout(word: string, { lines }: Ended): string[] {
  return lines
    .filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1))
}

function run([program = '', ...args]: readonly string[]): Promise<Ended> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const tooLong = setTimeout(() => {
    errors += `still running after ${longestMs} ms`
    child.kill('SIGTERM')
  }, longestMs)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode, signal) => {
      clearTimeout(tooLong)
      resolve({ exitCode, signal, lines: output.split('\n'), errors: errors.slice(-2_000) })
    })
  })
}
