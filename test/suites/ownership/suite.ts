/** Processes of several runtimes race for a directory whose owner has just been killed. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runtimeCommand } from '../../kit/runtimes.ts'
import { linesOf } from './lines.ts'

export { toolNames, visitOwner } from './foreign-tools.ts'
export { openOnFullDisk, openWithoutDescriptors } from './shortages.ts'
export {
  shareBetweenContainers,
  shareWithContainer,
  touchOwner,
  whyNoContainers,
} from './witnesses.ts'

/** Each race has so many contenders. */
const contenderCount = 12

/** Who races with whom. */
export const fields: Readonly<Record<string, readonly string[]>> = {
  mixed: ['node@22.13', 'node@24', 'node@26', 'bun', 'deno'],
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
