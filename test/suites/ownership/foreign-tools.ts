/** Other SQLite tools open, read and close a file under an owner that is writing to it. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { runtimeCommand } from '../../kit/runtimes.ts'

/** What a run came to. */
export interface ForeignCounts {
  readonly wrong: readonly string[]
  readonly visits: number
  readonly failedVisits: number
  readonly strict: number
  /** Acknowledged as relaxed and not found: may be, when a tool deletes the log. */
  readonly relaxedLost: number
  readonly warnings: number
}

/** The tools, by name: gives the command line that visits a file once, null where the tool is not there. */
const tools: Readonly<
  Record<string, (file: string, reader: string) => Promise<readonly string[] | null>>
> = {
  sqlite3: async (file) => {
    if (spawnSync('sqlite3', ['-version']).error) return null
    return ['sqlite3', file, 'SELECT count(*), sum(length(value)) FROM records']
  },
  'node:sqlite': async (file, reader) => [...(await runtimeCommand('node@26')), reader, file],
}

/** The owner gets on so far from visit to visit, however fast the tool is: its log is copied several times in a run. */
const transactionsPerVisit = 30

export const toolNames: readonly string[] = Object.keys(tools)

/** Has a tool visit the file of a busy owner a number of times; null where there is no such tool. */
export async function visitOwner(
  { tool, runtime, visits }: { tool: string; runtime: string; visits: number },
  { owner, reader }: { owner: string; reader: string },
): Promise<ForeignCounts | null> {
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-foreign-'))
  const file = join(path, fileNameOf('test'))
  const visit = await tools[tool]?.(file, reader)
  if (!visit) return null
  const [program = '', ...args] = visit
  const process = startOwner([...(await runtimeCommand(runtime)), owner, path])
  await process.ready
  let failedVisits = 0
  for (let i = 1; i <= visits; i++) {
    if ((await run(program, args)) !== 0) failedVisits++
    await process.acknowledged(i * transactionsPerVisit)
  }
  const lines = await process.stop()
  rmSync(path, { recursive: true, force: true })
  return countsOf(lines, { visits, failedVisits })
}

function countsOf(
  lines: readonly string[],
  counts: { visits: number; failedVisits: number },
): ForeignCounts {
  const about = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
  const found = new Set(about('found'))
  const strict = about('done')
  const wrong = [
    ...strict.filter((number) => !found.has(number)).map((number) => `strict ${number} is lost`),
    ...about('problem'),
    ...about('error'),
  ]
  if (!lines.includes('over')) wrong.push('the owner did not get to its end')
  if (strict.length === 0) wrong.push('the owner did nothing')
  const relaxedLost = about('soft').filter((number) => !found.has(number)).length
  return { ...counts, wrong, strict: strict.length, relaxedLost, warnings: about('warned').length }
}

interface BusyOwner {
  readonly ready: Promise<void>
  /** Resolves when it has had that many transactions acknowledged, or has ended. */
  acknowledged(count: number): Promise<void>
  /** Ends it; gives all it has said. */
  stop(): Promise<readonly string[]>
}

function startOwner([program = '', ...args]: readonly string[]): BusyOwner {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const closed = new Promise((resolve) => child.on('close', resolve))
  const ready = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes('ready\n')) resolve()
    })
  })
  return {
    ready,
    async acknowledged(count) {
      while ((output.match(/^(?:done|soft) /gm) ?? []).length < count && child.exitCode === null) {
        await Promise.race([once(child.stdout, 'data'), closed])
      }
    },
    async stop() {
      child.stdin.write('stop\n')
      const exitCode = await closed
      if (exitCode !== 0) output += `error ${errors.slice(-2_000).replaceAll('\n', ' | ')}\n`
      return output.split('\n')
    },
  }
}

function run(program: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(program, args, { stdio: 'ignore' })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
}
