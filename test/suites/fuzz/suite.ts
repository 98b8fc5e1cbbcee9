/** Starts the processes that try inputs, and notices what they cannot say themselves: that they hang, or have died. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { watchForSilence } from '../../kit/process-times.ts'
import { cacheDirectory, runtimeCommand } from '../../kit/runtimes.ts'

/** What a part is run with. */
export interface FuzzOptions {
  readonly part: string
  readonly seed: number
  readonly seconds: number
  readonly runtime: string
  /** The bundle of `child.ts`. */
  readonly childPath: string
}

/** Something wrong, and the file that shows it again. */
export interface Finding {
  readonly what: string
  readonly file: string
}

/** What a part came to. */
export interface FuzzCounts {
  inputs: number
  readonly findings: Finding[]
}

/** An input that takes this long hangs; on a busy machine the usual ones of a report take a second. */
const longestSilenceMs = 30_000
const mostFindings = 5

/** Runs one part for a number of seconds, or until enough is wrong: first on what earlier runs have left. */
export async function fuzz(options: FuzzOptions): Promise<FuzzCounts> {
  const findings = await tryKept(options)
  const counts: FuzzCounts = { inputs: 0, findings }
  const endMs = performance.now() + options.seconds * 1000
  while (performance.now() < endMs && counts.findings.length < mostFindings) {
    const first = counts.inputs
    const run = await runChild(options, { first, milliseconds: endMs - performance.now() })
    counts.findings.push(...run.findings)
    counts.inputs = run.isOver ? run.next : await findCulprit(options, run, counts)
  }
  return counts
}

/** Tries the inputs that earlier runs have found something with; those that pass are not kept any longer. */
async function tryKept(options: FuzzOptions): Promise<Finding[]> {
  const kept = readdirSync(inputDirectory())
    .filter((name) => name.startsWith(`${options.part}-`))
    .map((name) => join(inputDirectory(), name))
  const findings: Finding[] = []
  for (const file of kept) {
    if (!existsSync(file)) continue // another run was faster
    const found = await tryFile(options, file)
    if (found.length === 0) rmSync(file, { force: true })
    findings.push(...found.map((what) => ({ what, file })))
  }
  return findings
}

/** Tries the input in a file, in a process of its own. */
export async function tryFile(
  options: Omit<FuzzOptions, 'seed' | 'seconds'>,
  file: string,
): Promise<string[]> {
  const run = await runChild({ ...options, seed: '-' }, { first: 0, milliseconds: 0, file })
  const died = run.isOver ? [] : [run.death]
  return [...run.findings.map(({ what }) => what), ...died]
}

/** Tries the inputs of the last report again, each by itself. Gives the number to go on with. */
async function findCulprit(options: FuzzOptions, died: Run, counts: FuzzCounts): Promise<number> {
  const most = died.reportSize
  const again = await runChild(options, { first: died.next, milliseconds: 1e9, most, perReport: 1 })
  counts.findings.push(...again.findings)
  if (!again.isOver) counts.findings.push({ what: again.death, file: again.file })
  else if (again.findings.length === 0) {
    counts.findings.push({ what: `${died.death}; no input does it alone`, file: 'none' })
  }
  return again.isOver ? again.next : again.next + 1
}

/** How a process ended. */
interface Run {
  readonly findings: Finding[]
  /** The input it was at, or the one after the last when it is over. */
  next: number
  isOver: boolean
  /** How many inputs lie between two reports. */
  reportSize: number
  death: string
  file: string
}

interface Range {
  readonly first: number
  readonly milliseconds: number
  readonly most?: number
  readonly perReport?: number
  readonly file?: string
}

async function runChild(
  {
    part,
    seed,
    runtime,
    childPath,
  }: Omit<FuzzOptions, 'seed' | 'seconds'> & { seed: number | '-' },
  {
    first,
    milliseconds,
    most = Infinity,
    perReport = 0,
    file = inputFile(part, seed, first),
  }: Range,
): Promise<Run> {
  const [program = '', ...before] = await runtimeCommand(runtime)
  const limits = runtime.startsWith('node') ? ['--max-old-space-size=512'] : []
  const numbers = [seed, first, Math.round(milliseconds), most, perReport].map(String)
  const child = spawn(program, [...before, ...limits, childPath, part, ...numbers, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run: Run = { findings: [], next: first, isOver: false, reportSize: 1, death: '', file }
  let errors = ''
  let said = ''
  const silence = watchForSilence(child.pid, longestSilenceMs, () => {
    run.death = `nothing for ${longestSilenceMs} ms`
    child.kill('SIGKILL')
  })
  const hear = (line: string): void => {
    silence.heard()
    const [word, number, ...rest] = line.split(' ')
    if (word === 'finding') {
      run.findings.push({ what: `input ${number}: ${rest.join(' ')}`, file: `${file}.${number}` })
      if (run.findings.length >= mostFindings) child.kill('SIGKILL')
    }
    if (word === 'at') run.reportSize = Math.max(run.reportSize, Number(number) - run.next)
    if (word === 'at' || word === 'end') run.next = Number(number)
    if (word === 'end') run.isOver = true
  }
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (errors = (errors + text).slice(-4000)))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (said + text).split('\n')
    said = lines.pop() ?? ''
    lines.forEach(hear)
  })
  const [exitCode, signal] = await new Promise<[number | null, string | null]>(
    (resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, name) => resolve([code, name]))
    },
  )
  silence.end()
  if (run.findings.length >= mostFindings) run.isOver = true
  run.death ||= `the process ended with ${exitCode ?? signal}: ${errors}`
  if (run.isOver && run.findings.length === 0 && seed !== '-') rmSync(file, { force: true })
  return run
}

/** Where an input is left for a look. */
function inputFile(part: string, seed: number | '-', first: number): string {
  return join(inputDirectory(), `${part}-${seed}-${first}`)
}

function inputDirectory(): string {
  const directory = join(cacheDirectory(), 'fuzz')
  mkdirSync(directory, { recursive: true })
  return directory
}
