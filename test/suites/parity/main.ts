/** Runs random programs on several implementations and compares what script can see. */
import { startServer } from '../../kit/page-server.ts'
import { installCommand } from '../../kit/browsers.ts'
import { codeOf } from './program/code.ts'
import { type Comparison, compareWithNative, differenceOf } from './compare.ts'
import { generatePrograms } from './program/generate.ts'
import type { Program, Trace } from './program/program.ts'
import { shrink } from './program/shrink.ts'
import { type Target, type TargetName, isAvailable, isNative, startTarget } from './targets.ts'

export { targetNames } from './targets.ts'

export interface Settings {
  readonly programCount: number
  readonly seed: number
  readonly targets: readonly TargetName[]
  /** A program of one's own in place of random ones. */
  readonly program: Program | null
  /** Whether programs on which the native implementations differ are printed. */
  readonly showDisputed: boolean
  /** Whether a program with a difference is made smaller before it is printed. */
  readonly shrinks: boolean
  /** The folder of what pages load. */
  readonly pageRoot: string
  /** The folder of the built package. */
  readonly dist: string
}

interface Counts {
  programs: number
  operations: number
  disputed: number
  disputedAndAlone: number
  /** Differences that were gone when the program ran again, alone. */
  notSeenAgain: number
  readonly differences: string[]
  /** What the differences that were printed look like. */
  readonly reported: Set<string>
  /** Title of a known difference → how often it was met. */
  readonly known: Map<string, number>
}

/** How many programs a browser is asked for at a time. */
const batchSize = 500

/** How many differences are shrunk and printed before the run ends. */
const maximumDifferences = 10

/** Gives the exit code: 1 for a difference that nothing explains, or a browser missing where they are required. */
export async function main(settings: Settings): Promise<number> {
  const server = await startServer({
    '/bundle/': `${settings.pageRoot}/bundle`,
    '/dist/': settings.dist,
  })
  const missing = settings.targets.filter((name) => !isAvailable(name))
  const targets: Target[] = []
  const counts: Counts = {
    programs: 0,
    operations: 0,
    disputed: 0,
    disputedAndAlone: 0,
    notSeenAgain: 0,
    differences: [],
    reported: new Set(),
    known: new Map(),
  }
  try {
    for (const name of settings.targets.filter(isAvailable)) {
      targets.push(await startTarget(name, { server, dist: settings.dist }))
    }
    if (settings.program) await examine(targets, settings, counts)
    else await compareAll(targets, settings, counts)
  } finally {
    for (const target of targets) await target.close()
    server.close()
  }
  console.log(summaryOf(counts, settings, targets, missing))
  const isRequired = process.env['IDB_TEST_BROWSERS'] === 'required'
  return counts.differences.length > 0 || (isRequired && missing.length > 0) ? 1 : 0
}

async function compareAll(
  targets: readonly Target[],
  settings: Settings,
  counts: Counts,
): Promise<void> {
  for (let batch = 0; counts.programs < settings.programCount; batch++) {
    const size = Math.min(batchSize, settings.programCount - counts.programs)
    const programs = generatePrograms(settings.seed + batch, size)
    const traces = await Promise.all(targets.map((target) => target.run(programs)))
    for (const [at, program] of programs.entries()) {
      await judge(program, tracesAt(targets, traces, at), settings, counts)
      if (counts.reported.size >= maximumDifferences) return
    }
    if (counts.programs < settings.programCount) console.log(`so far ${countsText(counts)}`)
  }
}

interface Testimony {
  readonly target: Target
  readonly trace: Trace
}

function tracesAt(
  targets: readonly Target[],
  traces: readonly (readonly Trace[])[],
  at: number,
): Testimony[] {
  return targets.map((target, position) => {
    const trace = traces[position]?.[at]
    if (!trace) throw new Error(`unreachable: ${target.name} has run the program`)
    return { target, trace }
  })
}

/** The native implementations must agree with each other; then every other one must agree with them. */
async function judge(
  program: Program,
  testimonies: readonly Testimony[],
  settings: Settings,
  counts: Counts,
): Promise<void> {
  counts.programs++
  counts.operations += testimonies[0]?.trace.operations ?? 0
  const natives = testimonies.filter(({ target }) => isNative(target.name))
  const judges = natives.length > 0 ? natives : testimonies.slice(0, 1)
  const others = testimonies.filter((it) => !judges.includes(it))
  const [first] = judges
  if (!first) return
  const second = judges.find(({ trace }) => differenceOf(first.trace, trace) !== null)
  if (second) {
    counts.disputed++
    const isAlone = others.some(
      ({ trace }) => !judges.some((it) => compareWithNative(it.trace, trace).difference === null),
    )
    if (isAlone) counts.disputedAndAlone++
    if (settings.showDisputed)
      await report({ program, one: first, other: second }, settings, counts)
    return
  }
  for (const other of others) {
    const { difference, known } = comparisonOf(first, other.trace)
    for (const title of known) counts.known.set(title, (counts.known.get(title) ?? 0) + 1)
    if (difference === null) continue
    const found = { program, one: first, other }
    if (await isSeenAgain(found)) return report(found, settings, counts)
    counts.notSeenAgain++
    console.log(`not seen again: ${other.target.name} at ${difference.replaceAll('\n', ' | ')}`)
  }
}

/** With a native implementation some differences are known; ours do not differ from each other. */
function comparisonOf({ target, trace }: Testimony, other: Trace): Comparison {
  if (isNative(target.name)) return compareWithNative(trace, other)
  return { difference: differenceOf(trace, other), known: [] }
}

/** A program on which two implementations differ. */
interface Case {
  readonly program: Program
  readonly one: Testimony
  readonly other: Testimony
}

/** Runs the program alone: among others, on a busy machine, something may look stuck that is only slow. */
async function isSeenAgain(found: Case): Promise<boolean> {
  const [traces] = await runBoth(found, [found.program])
  return differenceIn(found, traces?.[0], traces?.[1]) !== null
}

/** Prints the program, made as small as it can be; of differences that look alike only the first. */
async function report(found: Case, settings: Settings, counts: Counts): Promise<void> {
  const { one, other } = found
  const difference = differenceIn(found, one.trace, other.trace) ?? ''
  if (!isNative(other.target.name)) counts.differences.push(difference)
  const signature = difference.split('\n').slice(-2).join('\n').replaceAll(/#\d+/g, '')
  if (counts.reported.has(signature)) return
  counts.reported.add(signature)

  const smallest = settings.shrinks ? await smallestOf(found) : found.program
  const traces = await runBoth(found, [smallest])
  const last = differenceIn(found, traces[0]?.[0], traces[0]?.[1])
  console.log(
    `\n1 ${one.target.name}, 2 ${other.target.name} differ: ${last ?? `not always, but once in ${difference}`}`,
  )
  console.log(`\n${codeOf(smallest)}\n`)
  const text = JSON.stringify(smallest).replaceAll("'", '\\u0027')
  console.log(`npm run parity -- --program '${text}'`)
}

function smallestOf(found: Case): Promise<Program> {
  return shrink(found.program, async (candidates) => {
    const traces = await runBoth(found, candidates)
    return traces.map(([one, other]) => differenceIn(found, one, other) !== null)
  })
}

async function runBoth(
  { one, other }: Case,
  programs: readonly Program[],
): Promise<(readonly [Trace | undefined, Trace | undefined])[]> {
  const [ones, others] = await Promise.all([one.target.run(programs), other.target.run(programs)])
  return programs.map((_, at) => [ones[at], others[at]] as const)
}

/** Known differences are those between a native implementation and ours. */
function differenceIn(
  { one, other }: Case,
  first: Trace | undefined,
  second: Trace | undefined,
): string | null {
  if (!first || !second) throw new Error('unreachable: both have run the program')
  if (isNative(other.target.name)) return differenceOf(first, second)
  return comparisonOf({ target: one.target, trace: first }, second).difference
}

/** Prints what each implementation makes of the program, then the smallest that still shows the difference. */
async function examine(
  targets: readonly Target[],
  settings: Settings,
  counts: Counts,
): Promise<void> {
  const { program } = settings
  if (!program) throw new Error('unreachable: a program was given')
  const traces = await Promise.all(targets.map((target) => target.run([program])))
  const testimonies = tracesAt(targets, traces, 0)
  for (const { target, trace } of testimonies) {
    console.log(`\n── ${target.name}`)
    for (const [stream, lines] of Object.entries(trace.streams).sort()) {
      console.log([stream, ...lines].join('\n  '))
    }
  }
  await judge(program, testimonies, { ...settings, showDisputed: true }, counts)
}

function summaryOf(
  counts: Counts,
  settings: Settings,
  targets: readonly Target[],
  missing: readonly TargetName[],
): string {
  const names = targets.map(({ name }) => name).join(', ')
  const lines = [`parity: ${countsText(counts)}; on ${names}; --seed ${settings.seed}`]
  if (missing.length > 0) {
    lines.push(
      `parity: ${missing.length} missing: ${missing.join(', ')}; get browsers by: ${installCommand}`,
    )
  }
  return lines.join('\n')
}

function countsText(counts: Counts): string {
  const { programs, operations, differences, notSeenAgain, disputed, disputedAndAlone } = counts
  return `${programs} programs, ${operations} operations: ${differences.length} differences, ${notSeenAgain} more not seen again; set aside ${disputed} on which the native ones differ (${disputedAndAlone} with a third opinion)`
}
