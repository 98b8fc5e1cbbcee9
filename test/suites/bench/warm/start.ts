/** What a measured process runs: one question, whose answer it writes to a file as JSON. */
import { readFileSync, writeFileSync } from 'node:fs'
import { type Builds, timeBuilds } from './builds.ts'
import type { Places } from './implementations.ts'
import type { Case } from './cases.ts'
import { useProcessorTime } from './measure.ts'
import { type Ask, type AskOptions, askCases } from '../question.ts'

/** What the launcher tells the process, as JSON in the file its one argument names. */
export interface Job {
  /** The question's module. */
  readonly question: string
  readonly places: Places
  readonly options: AskOptions
  /** The builds that are to be compared with each other instead; see `builds.ts`. */
  readonly builds?: Builds
  readonly answerFile: string
}

/** What a question's module exports: one of the two. */
interface Question {
  readonly ask?: Ask
  readonly cases?: readonly Case[]
}

// The launcher wrote it.
const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Job
const { builds, places, options } = job
const { cases = [], ask: own } = (await import(job.question)) as Question
if (options.isShort) useProcessorTime()
const ask = options.isShort || !own ? askCases(cases) : own
const answer = builds
  ? await timeBuilds(cases, { builds, scratch: places.scratch, ...options })
  : await ask(places, options)
writeFileSync(job.answerFile, JSON.stringify(answer))
// Timers and handles of the peers would keep the process alive.
process.exit()
