/** Processes of several runtimes race for a directory whose owner has just been killed. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchForSilence } from '../process-times.ts'
import { runtimeCommand } from '../runtimes.ts'

export { toolNames, visitOwner } from './foreign-tools.ts'

/** Each race has so many contenders. */
const contenderCount = 12

/** A contender that says nothing for so long hangs, unless it owns the directory. */
const longestSilenceMs = 120_000

/** Who races with whom. */
export const fields: Readonly<Record<string, readonly string[]>> = {
  mixed: ['node@22', 'node@24', 'node@26', 'bun', 'deno'],
  node20: ['node@20'],
}

interface Contender {
  readonly child: ChildProcess
  readonly ready: Promise<string>
  /** The line after that: how it went. */
  readonly outcome: Promise<string>
}

/** Runs the races; gives what was wrong. */
export async function race(field: string, races: number, contenderPath: string) {
  const commands = await Promise.all((fields[field] ?? []).map((name) => runtimeCommand(name)))
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-race-'))
  const wrong: string[] = []
  const start = (i: number) =>
    startContender(commands[i % commands.length] ?? [], contenderPath, path)
  let owner = await firstOwner(start(0))
  for (let round = 1; round <= races && wrong.length === 0; round++) {
    const contenders = Array.from({ length: contenderCount }, (_, i) => start(i + round))
    await Promise.all(contenders.map(({ ready }) => ready))
    const died = new Promise((resolve) => owner.child.once('close', resolve))
    owner.child.kill('SIGKILL')
    await died
    for (const { child } of contenders) child.stdin?.write('go\n')
    const outcomes = await Promise.all(contenders.map(({ outcome }) => outcome))
    const owners = contenders.filter((_, i) => outcomes[i]?.startsWith('owner'))
    if (owners.length !== 1) wrong.push(`round ${round}: ${owners.length} owners: ${outcomes}`)
    const pid = owners[0] && outcomes[contenders.indexOf(owners[0])]?.split(' ')[1]
    for (const outcome of outcomes) {
      if (outcome.startsWith('loser') && !outcome.includes(`process ${pid},`)) {
        wrong.push(`round ${round}: the owner is ${pid}, a loser says: ${outcome}`)
      }
    }
    for (const other of owners.slice(1)) other.child.kill('SIGKILL')
    if (owners[0]) owner = owners[0]
  }
  owner.child.kill('SIGKILL')
  rmSync(path, { recursive: true, force: true })
  return wrong
}

async function firstOwner(contender: Contender): Promise<Contender> {
  await contender.ready
  contender.child.stdin?.write('go\n')
  const outcome = await contender.outcome
  if (!outcome.startsWith('owner')) throw new Error(`No first owner: ${outcome}`)
  return contender
}

function startContender(command: readonly string[], script: string, path: string): Contender {
  const [program = '', ...args] = [...command, script, path]
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = linesOf(child)
  return { child, ready: lines.next(), outcome: lines.next() }
}

/** The lines of a process's output, one promise each; `ended` where there are no more. */
function linesOf(child: ChildProcess): { next(): Promise<string> } {
  const lines: string[] = []
  const waiting: ((line: string) => void)[] = []
  let text = ''
  const give = (line: string): void => {
    const receive = waiting.shift()
    if (receive) receive(line)
    else lines.push(line)
  }
  child.stdout?.setEncoding('utf8').on('data', (more: string) => {
    text += more
    const whole = text.split('\n')
    text = whole.pop() ?? ''
    whole.forEach(give)
  })
  const giveAll = (line: string): void => [...waiting].forEach(() => give(line))
  const silence = watchForSilence(child.pid, longestSilenceMs, () => giveAll('silent'))
  child.on('close', () => {
    silence.end()
    giveAll('ended')
  })
  return {
    next: () => {
      const line = lines.shift()
      return line === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(line)
    },
  }
}
