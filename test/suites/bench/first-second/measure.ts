/** Runs the processes in turn and times their steps from outside. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { cacheDirectory, runtimeCommand } from '../../../kit/runtimes.ts'
import { median } from '../warm/measure.ts'
import { type Contender, type Task, contendersOf, type Field } from './contenders.ts'

/** Step → milliseconds. */
export type Steps = Readonly<Record<string, number>>

/** Contender → the median of each step's times. */
export type FirstSecond = Readonly<Record<string, Steps>>

/** What a process prints. */
interface Printed {
  /** Step → when it was over, in milliseconds since 1970. */
  readonly marks: Steps
  /** Step → the processor time until then, in milliseconds. */
  readonly cpu: Steps
  readonly parts?: Steps
}

/** One process, from outside. */
interface Process extends Printed {
  readonly startedAt: number
  readonly endedAt: number
}

/** Takes the rounds; the first, which only fills the system's caches, does not count. */
export async function measureProcesses(
  field: Field & { readonly program: string; readonly rounds: number },
): Promise<FirstSecond> {
  const contenders = await contendersOf(field)
  const command = [...(await runtimeCommand(field.runtime)), field.program]
  const all = new Map<string, Steps[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round <= field.rounds; round++) {
    // Who comes first finds the machine as others have left it: each in its turn.
    const at = round % contenders.length
    for (const contender of [...contenders.slice(at), ...contenders.slice(0, at)]) {
      const steps = await stepsOf(contender, command)
      if (round > 0) all.get(contender.name)?.push(steps)
    }
  }
  return Object.fromEntries([...all].map(([name, list]) => [name, mediansOf(list)]))
}

async function stepsOf(
  { task, isPersistent }: Contender,
  command: readonly string[],
): Promise<Steps> {
  // Beside the cache and not in the system's folder for temporary files, which may lie in memory.
  mkdirSync(cacheDirectory(), { recursive: true })
  const folder = mkdtempSync(join(cacheDirectory(), 'first-second-'))
  const path = join(folder, 'files')
  try {
    const first = await runProcess(command, { ...task, path, exists: false })
    const second = isPersistent ? await runProcess(command, { ...task, path, exists: true }) : null
    const clock = { ...firstSteps(first), ...(second && secondSteps(second)) }
    const cpu = { ...firstSteps(inCpuTime(first)), ...(second && secondSteps(inCpuTime(second))) }
    return { ...clock, ...Object.fromEntries(Object.entries(cpu).map(([k, v]) => [cpuOf(k), v])) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runProcess(
  [program = '', ...args]: readonly string[],
  job: Task & { readonly path: string; readonly exists: boolean },
): Promise<Process> {
  const startedAt = performance.timeOrigin + performance.now()
  const { stdout } = await promisify(execFile)(program, [...args, JSON.stringify(job)])
  const endedAt = performance.timeOrigin + performance.now()
  return { ...(JSON.parse(stdout) as Printed), startedAt, endedAt } // `process.mjs` prints it.
}

/** The name of a step's processor time. */
export const cpuOf = (step: string): string => `cpu: ${step}`

/** As if the clock had stood still while the process waited. What comes after its last word is not known. */
function inCpuTime(process: Process): Process {
  return { ...process, marks: process.cpu, parts: {}, startedAt: 0, endedAt: NaN }
}

/** The steps of a process that finds nothing. Those of a number are the time since the first of their kind began. */
function firstSteps({ marks, parts = {}, startedAt, endedAt }: Process): Record<string, number> {
  const { started = NaN, imported, opened, getAll, closed } = marks
  const steps: Record<string, number> = { start: started - startedAt, whole: endedAt - startedAt }
  if (imported === undefined || opened === undefined || getAll === undefined) return steps
  const [putBegun, getBegun] = [opened, marks['put 1000'] ?? NaN]
  for (const [name, at] of Object.entries(marks)) {
    if (name.startsWith('put ')) steps[name] = at - putBegun
    if (name.startsWith('get ')) steps[name] = at - getBegun
  }
  return {
    ...steps,
    import: imported - started,
    open: opened - imported,
    // From the start of the process.
    'first record': (marks['put 1'] ?? NaN) - startedAt,
    getAll: getAll - (marks['get 1000'] ?? NaN),
    exit: endedAt - getAll,
    close: (closed ?? NaN) - getAll,
    ...parts,
  }
}

/** The steps of one that finds a database. */
function secondSteps({ marks }: Process): Steps {
  const { imported = NaN, opened = NaN, read = NaN } = marks
  return { reopen: opened - imported, 'first get': read - opened }
}

function mediansOf(list: readonly Steps[]): Steps {
  const names = Object.keys(list[0] ?? {})
  return Object.fromEntries(
    names.map((name) => [name, round(median(list.map((steps) => steps[name] ?? NaN)))]),
  )
}

/** To hundredths: what lies beyond is noise. */
const round = (ms: number): number => Math.round(ms * 100) / 100
