/** Runs cases on implementations and holds what was logged against each other. */
import type { Case } from './cases/case.ts'
import type { PagePool } from './page-pool.ts'
import { type ImplementationName, Scene } from './scene.ts'

export interface CaseOptions {
  readonly origin: string
  readonly on: readonly ImplementationName[]
  readonly repeats: number
  readonly isVerbose: boolean
}

/** What is wrong with a case; null: all runs logged the same. */
export interface Verdict {
  readonly title: string
  readonly error: string | null
}

/** Bounds a hang alone: on a machine with much else to do, one step of a case has taken ten seconds. */
export const patienceMs = 120_000

export async function runCase(
  pool: PagePool,
  { title, run }: Case,
  { origin, on, repeats, isVerbose }: CaseOptions,
): Promise<Verdict> {
  let first: readonly string[] | null = null
  for (const implementation of on) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const startedMs = performance.now()
      const lines = await play(pool, run, `${ownOrigin(origin)}/scope/${implementation}.html`)
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
      if (isVerbose && repeat === 0) {
        console.log([`${title}: ${implementation}, ${seconds} s`, ...lines].join('\n    '))
      }
      const where = `${implementation}, run ${repeat + 1}`
      if (lines.length === 0) return { title, error: `${where}: nothing was logged` }
      const failure = lines.find((line) => line.startsWith(failureMark))
      if (failure !== undefined && !first) {
        return { title, error: [`${where}: ${failure}`, ...lines].join('\n    ') }
      }
      first ??= lines
      const difference = differenceOf(first, lines)
      if (difference !== null) return { title, error: `${where}: ${difference}` }
    }
  }
  return { title, error: null }
}

/** Begins the line of a case that could not go on. */
const failureMark = 'test: fails'

let originCount = 0

/** Storage of its own: that of a host that no other run uses. A context for each would cost seconds. */
function ownOrigin(origin: string): string {
  return origin.replace('localhost', `run-${++originCount}.localhost`)
}

/** What the contexts logged; a hang or failure is the last line. */
async function play(pool: PagePool, run: Case['run'], url: string): Promise<readonly string[]> {
  const late = lateAfter(patienceMs)
  const scene = new Scene(pool, url, late.restart)
  try {
    await Promise.race([run(scene), late.promise])
    return await Promise.race([scene.transcript(), late.promise])
  } catch (error) {
    const failure = `${failureMark}: ${String(error).split('\n')[0]}`
    const lines = await Promise.race([scene.transcript().catch(() => []), soon()])
    return [...lines, failure]
  } finally {
    late.stop()
    await scene.end()
  }
}

/** Rejects when it is not restarted in time. */
function lateAfter(ms: number): { promise: Promise<never>; restart(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined
  let restart = (): void => {}
  const promise = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new Error(`nothing more within ${ms} ms`))
    restart = () => {
      clearTimeout(timer)
      timer = setTimeout(fail, ms)
    }
    restart()
  })
  return { promise, restart, stop: () => clearTimeout(timer) }
}

function soon(): Promise<string[]> {
  return new Promise((resolve) => setTimeout(() => resolve([]), 5_000).unref())
}

/** Runs a case on ours alone, where the native implementation gives no measure. */
export async function runAlone(
  pool: PagePool,
  { title, ideal = [], run }: Case,
  { origin, isVerbose }: CaseOptions,
): Promise<Verdict> {
  const lines = await play(pool, run, `${ownOrigin(origin)}/scope/ours.html`)
  if (isVerbose) console.log([`${title}: ours alone`, ...lines].join('\n    '))
  const missing = ideal.find((line) => !lines.includes(line))
  if (missing === undefined) return { title, error: null }
  return { title, error: [`expected "${missing}" among`, ...lines].join('\n    ') }
}

function differenceOf(first: readonly string[], other: readonly string[]): string | null {
  const at = first.findIndex((line, at) => line !== other[at])
  if (at < 0 && first.length === other.length) return null
  const place = at < 0 ? first.length : at
  return [
    `expected "${first[place] ?? 'no more'}", got "${other[place] ?? 'no more'}"`,
    ...[...first.slice(0, place), '← here'].slice(-6),
    'and all:',
    ...other,
  ].join('\n    ')
}
