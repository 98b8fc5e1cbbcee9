/** Asks every question in a process of its own, prints the tables, keeps the numbers as JSON. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import {
  cacheDirectory,
  installedPackage,
  runtimeCommand,
  runtimeLabel,
  runtimeNames,
} from '../../kit/runtimes.ts'
import { type Places, peerVersions } from './warm/implementations.ts'
import type { Answer, AskOptions } from './question.ts'
import { writeReport } from './report/report.ts'
import type { Job } from './warm/start.ts'
import { tableOf } from './report/table.ts'
import { compareBuilds } from './compare.ts'
import { guard, margin, type MeasureCases, shortRun } from './guard.ts'
import type { BuildTimes, Builds } from './warm/builds.ts'

/** Paths that only the launcher knows. */
export interface Launcher {
  readonly projectRoot: string
  /** Where the bundles lie. */
  readonly outdir: string
  readonly questions: readonly string[]
}

const usage = `npm run bench -- [filter] [options]
  filter         only the question of that name, or else the cases whose name contains it; first-second has options of its
                 own (npm run bench -- first-second --help)
  --runtime      ${runtimeNames.join(' | ')} (default: node, the running one)
  --rounds N     rounds that count, for every case
  --profile DIR  write CPU profiles there (Node only)
  --long         sizes that take minutes, too
  --update       write test/suites/bench/results.json
  --compare DIR  this build against the one in DIR (a checkout or its dist/), and that one against itself
  --check        a short run; fails for a case that takes more than ${margin} times what results.json has of it, relative to the
                 peer; with --update it is recorded instead
  --report       measure nothing: draw the charts and write the tables of docs/performance.md from results.json
  --help         print this
Measures what \`npm run build\` made. The numbers also go to the cache directory as JSON.
`

/** Gives the exit code: 0 if every question was answered, and no row slower than it may be when builds are compared. */
export async function main(args: string[], launcher: Launcher): Promise<number> {
  const { values, filter } = readArguments(args)
  if (values.help) {
    console.log(usage)
    return 0
  }
  if (values.report) {
    writeReport(launcher.projectRoot)
    return 0
  }
  if (!existsSync(join(launcher.projectRoot, 'dist/index.js'))) {
    throw new Error('dist/ is missing: run `npm run build` first')
  }
  const isQuestion = launcher.questions.includes(filter)
  const options: AskOptions = {
    filter: isQuestion ? '' : filter,
    rounds: values.rounds === undefined ? null : Number(values.rounds),
    isLong: values.long,
    isShort: values.check,
  }
  const profile = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${values.profile}`] : []
  const command = [...(await runtimeCommand(values.runtime)), ...profile]
  const questions = isQuestion ? [filter] : launcher.questions
  if (values.compare !== undefined) {
    const pair = { other: values.compare, own: launcher.projectRoot }
    const asking = { command, launcher, peers: {}, options }
    return compareBuilds(pair, (builds) => timesOfBuilds(questions, { ...asking, builds }))
  }
  const label = runtimeLabel(values.runtime)
  const asking = { command, launcher, peers: await findPeers(), options }
  const recorded = join(launcher.projectRoot, 'test/suites/bench')
  if (values.check) return check(questions, { asking, label, recorded, isUpdate: values.update })
  const answers = await answersTo(questions, asking, label)
  printMissing(answers)
  keep(answers, label, values.update ? recorded : cacheDirectory())
  return 0
}

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      runtime: { type: 'string', default: 'node' },
      rounds: { type: 'string' },
      profile: { type: 'string' },
      long: { type: 'boolean', default: false },
      update: { type: 'boolean', default: false },
      compare: { type: 'string' },
      check: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return { values, filter: positionals[0] ?? '' }
}

/** Asks one after the other, and prints each answer as a table. */
async function answersTo(
  questions: readonly string[],
  asking: Asking,
  label: string,
): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {}
  for (const question of questions) {
    const answer = await answerOf<Answer>(question, asking)
    answers[question] = answer
    if (answer.rows.length === 0) continue
    console.log(`\n${question}, ${label}`)
    console.log(tableOf(answer.rows, { isNode20: label === 'node20' }))
    for (const note of answer.notes ?? []) console.log(note)
  }
  return answers
}

interface Checking {
  readonly asking: Asking
  readonly label: string
  /** Where the record lies. */
  readonly recorded: string
  readonly isUpdate: boolean
}

/** The short run's place among the answers. */
const shortName = 'short run'

async function check(
  questions: readonly string[],
  { asking, label, recorded, isUpdate }: Checking,
): Promise<number> {
  const measure: MeasureCases = (question, how) =>
    answerOf<Answer>(question, { ...asking, options: { ...asking.options, ...how } })
  if (isUpdate) keep({ [shortName]: await shortRun(questions, measure) }, label, recorded)
  const record = readAnswers(join(recorded, 'results.json'))[label]
  return isUpdate ? 0 : guard(record?.[shortName], questions, measure)
}

/** Peer → where it is. */
async function findPeers(): Promise<Record<string, string>> {
  const peers: Record<string, string> = {}
  for (const [name, version] of Object.entries(peerVersions)) {
    peers[name] = await installedPackage(name, version, ['--ignore-scripts'])
  }
  return peers
}

interface Asking {
  readonly command: readonly string[]
  readonly launcher: Launcher
  readonly peers: Places['peers']
  readonly options: AskOptions
  readonly builds?: Builds
}

/** Asks the questions that consist of cases; the others measure something else. */
async function timesOfBuilds(questions: readonly string[], asking: Asking): Promise<BuildTimes> {
  const all: BuildTimes[] = []
  for (const question of questions) all.push(await answerOf<BuildTimes>(question, asking))
  return Object.assign({}, ...all)
}

async function answerOf<Answered>(question: string, asking: Asking): Promise<Answered> {
  const { command, launcher, peers, options, builds } = asking
  // Beside the cache and not in the system's folder for temporary files, which may lie in memory.
  mkdirSync(cacheDirectory(), { recursive: true })
  const scratch = mkdtempSync(join(cacheDirectory(), 'bench-'))
  const answerFile = join(scratch, 'answer.json')
  const jobFile = join(scratch, 'job.json')
  const { projectRoot, outdir } = launcher
  const job: Job = {
    question: pathToFileURL(join(outdir, 'questions', `${question}.mjs`)).href,
    places: { projectRoot, scratch, peers },
    options,
    answerFile,
    ...(builds && { builds }),
  }
  writeFileSync(jobFile, JSON.stringify(job))
  try {
    await run([...command, join(outdir, 'warm/start.mjs'), jobFile])
    // The process wrote it.
    return JSON.parse(readFileSync(answerFile, 'utf8')) as Answered
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function run([program = '', ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode, signal) => {
      if (exitCode === 0) resolve()
      else reject(new Error(`A question's process ended with ${signal ?? `exit code ${exitCode}`}`))
    })
  })
}

function printMissing(answers: Readonly<Record<string, Answer>>): void {
  const missing = new Map<string, string>()
  for (const answer of Object.values(answers)) {
    for (const [name, reason] of Object.entries(answer.missing)) missing.set(name, reason)
  }
  console.log(`\n${missing.size} not available here`)
  for (const [name, reason] of missing) console.log(`  ${name}: ${reason}`)
}

/** Adds this run's answers to those of other runtimes and questions. */
function keep(answers: Readonly<Record<string, Answer>>, label: string, directory: string): void {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'results.json')
  const kept = readAnswers(file)
  kept[label] = { ...kept[label], ...answers }
  writeFileSync(file, `${JSON.stringify(kept, null, 1)}\n`)
  console.log(`The numbers are in ${file}`)
}

/** Runtime → question → what was answered last; nothing where the file is missing. */
function readAnswers(file: string): Record<string, Record<string, Answer>> {
  // `keep()` wrote it.
  return (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Record<
    string,
    Record<string, Answer>
  >
}
