/** Runs one page in a process of its own and reads what its harness reported, however the process ended. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ScopeOptions } from './scope/options.ts'
import { type Page, pageName } from './pages.ts'
import {
  type HarnessMessage,
  type PageResult,
  type PageStatus,
  type Subtest,
  subtestOf,
} from './result.ts'

/** Upstream's limits suit a browser on a quiet machine; ours share the processor with each other. */
const slowness = 6
/** How long a process that did not even notice its own time-out may live on. */
const graceMs = 10_000

/** What is the same for all pages of a run. */
export interface Environment {
  /** The runtime and the entry point within it. */
  readonly command: readonly string[]
  readonly suiteRoot: string
  /** Of the server that answers what a page fetches. */
  readonly origin: string
  readonly implementation: ScopeOptions['implementation']
}

/** Never rejects because of what the page does. */
export async function runPage(page: Page, environment: Environment): Promise<PageResult> {
  const directory = mkdtempSync(join(tmpdir(), 'idb-everywhere-wpt-'))
  try {
    return await runPageIn(directory, page, environment)
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function runPageIn(
  directory: string,
  page: Page,
  environment: Environment,
): Promise<PageResult> {
  const report = join(directory, 'report.jsonl')
  writeFileSync(report, '')
  const timeoutMs = (page.isLong ? 60_000 : 10_000) * slowness
  const options: ScopeOptions = {
    suiteRoot: environment.suiteRoot,
    url: environment.origin + page.url,
    title: page.title,
    scripts: page.scripts,
    timeoutMs,
    report,
    implementation: environment.implementation,
    storagePath: join(directory, 'data'),
  }
  const startedMs = performance.now()
  const ending = await runProcess([...environment.command, JSON.stringify(options)], {
    cwd: directory,
    killAfterMs: timeoutMs + graceMs,
  })
  const messages = readReport(report)
  const elapsedMs = Math.round(performance.now() - startedMs)
  const subtests = collectSubtests(messages)
  return {
    page: pageName(page),
    file: page.file,
    elapsedMs,
    subtests,
    ...pageStatus(messages, ending),
  }
}

interface Ending {
  /** `exit code 1`, `signal SIGSEGV`. */
  readonly how: string
  readonly wasKilled: boolean
  /** The end of what it wrote to standard output and error. */
  readonly output: string
}

function runProcess(
  [program = '', ...args]: readonly string[],
  { cwd, killAfterMs }: { cwd: string; killAfterMs: number },
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let wasKilled = false
    const collect = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4_000))
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const timer = setTimeout(() => {
      wasKilled = true
      child.kill('SIGKILL')
    }, killAfterMs)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ how: signal ? `signal ${signal}` : `exit code ${code}`, wasKilled, output })
    })
  })
}

/** A line cut short by a crash is dropped: its subtest then counts as not run. */
function readReport(path: string): HarnessMessage[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  // Each whole line is a message that this project's own process wrote.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as HarnessMessage)
}

/** The last word on each subtest; one that was never finished is NOTRUN. */
function collectSubtests(messages: readonly HarnessMessage[]): Subtest[] {
  const byName = new Map<string, Subtest>()
  for (const message of messages) {
    const tests = message.type === 'complete' ? message.tests : [message.test]
    for (const test of tests) {
      const isOver = message.type !== 'test_state'
      const unfinished: Subtest = {
        name: test.name,
        status: 'NOTRUN',
        message: 'never finished',
        stack: null,
      }
      byName.set(test.name, isOver ? subtestOf(test) : unfinished)
    }
  }
  return [...byName.values()]
}

function pageStatus(
  messages: readonly HarnessMessage[],
  ending: Ending,
): { status: PageStatus; message: string } {
  const harnessStatuses: PageStatus[] = ['OK', 'ERROR', 'TIMEOUT', 'PRECONDITION_FAILED']
  const last = messages.findLast((it) => it.type === 'complete')
  if (!last) {
    const status = ending.wasKilled ? 'TIMEOUT' : 'CRASH'
    return { status, message: `the process ended early (${ending.how})\n${ending.output}`.trim() }
  }
  const status = harnessStatuses[last.status.status] ?? 'ERROR'
  if (status === 'OK') return { status, message: '' }
  const reason = [last.status.message, last.status.stack].filter(Boolean).join('\n')
  return { status, message: reason || ending.output }
}
