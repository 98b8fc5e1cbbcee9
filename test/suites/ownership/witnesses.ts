/**
 * What tells a living owner from a dead one is lost piece by piece: by a program that touches the directory, and between
 * containers that do not see each other's processes. Never may two own a directory; a dead owner's is free at once.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { runtimeCommand } from '../../kit/runtimes.ts'
import { linesOf } from './lines.ts'
import { harmful, harmless } from './touches.ts'

/** A process that does what it is told, see `keeper.ts`. */
interface Keeper {
  readonly name: string
  readonly pid: number | undefined
  tell(line: string): Promise<string>
  /** Gives it nothing more to do; resolves with its exit code. */
  end(): Promise<number | null>
  /** Kills it, and resolves when it is gone. */
  kill(): Promise<void>
}

/** How a keeper is started. */
interface KeeperOptions {
  readonly runtime: string
  readonly script: string
  readonly path: string
  /** In a thread of its process, or its process in a container. */
  readonly where?: 'thread' | 'container'
  /** How many it may have open. */
  readonly mostDescriptors?: number
}

/** What a check came to. */
export interface Findings {
  readonly passed: number
  readonly wrong: readonly string[]
}

/** The namespaces that a container has of its own; its processes die with the first of them. */
const container = 'unshare --pid --fork --mount-proc --net --ipc --uts --kill-child=SIGKILL'.split(
  ' ',
)

/** Why there can be no containers here; null where there can. */
export function whyNoContainers(): string | null {
  const [program = '', ...args] = [...container, 'true']
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? null : (error?.message ?? stderr.trim())
}

/** An owner in one runtime suffers what a program might do to the directory; one in another tries to own it each time. */
export async function touchOwner(
  runtimes: readonly [string, string],
  options: { script: string; where?: 'thread' },
): Promise<Findings> {
  const findings = new FindingsOf(`${runtimes.join(' against ')} ${options.where ?? ''}`)
  await inDirectory(options.script, async (start) => {
    const owner = await start({ runtime: runtimes[0], ...options })
    const other = await start({ runtime: runtimes[1] })
    await owner.tell('own')
    for (const name of harmless) {
      findings.note(name, await owner.tell(`touch ${name}`))
      await refuses(findings, name, { owner, other })
    }
  })
  for (const name of options.where ? [] : harmful) {
    await inDirectory(options.script, async (start) => {
      const owner = await start({ runtime: runtimes[0], ...options })
      const other = await start({ runtime: runtimes[1] })
      await owner.tell('own')
      await owner.tell(`touch ${name}`)
      await givesWay(findings, name, { owner, other })
    })
  }
  return findings
}

/**
 * Two containers share a directory. As long as one owns it the other is refused, though the first has lost the lock; when it
 * is killed, the next container has the directory.
 */
export async function shareBetweenContainers(
  runtimes: readonly [string, string],
  script: string,
): Promise<Findings> {
  const findings = new FindingsOf(`${runtimes.join(' and ')} in containers`)
  await inDirectory(script, async (start) => {
    const owner = await start({ runtime: runtimes[0], where: 'container' })
    findings.expect('the first one', /^owner/, await owner.tell('own'))
    const other = await start({ runtime: runtimes[1], where: 'container' })
    await refuses(findings, 'beside a living owner', { owner, other })
    await owner.tell('touch open-and-close')
    await refuses(findings, 'beside one that has lost the lock', { owner, other })
    await owner.kill()
    findings.expect('when it is dead', /^owner/, await other.tell('own'))
    await other.kill()
    const restarted = await start({ runtime: runtimes[1], where: 'container' })
    findings.expect('when it was restarted', /^owner/, await restarted.tell('own'))
    findings.expect('with nothing to do', /^0$/, String(await restarted.end()))
    const later = await start({ runtime: runtimes[0], where: 'container' })
    findings.expect('when it has ended by itself', /^owner/, await later.tell('own'))
    await later.kill()
  })
  await inDirectory(script, async (start) => {
    const owner = await start({ runtime: runtimes[0], where: 'container' })
    await owner.tell('own')
    const other = await start({ runtime: runtimes[1], where: 'container' })
    await owner.tell('touch unlink-socket')
    await refuses(findings, 'beside one without a socket', { owner, other })
    await owner.kill()
    // Only the kernel's lock can still tell.
    const expected = runtimes.includes('node@20') ? /^refused .*delete its owner\.json/ : /^owner/
    findings.expect('when one without a socket is dead', expected, await other.tell('own'))
  })
  return findings
}

/**
 * The owner runs in no container, and only the lock, which it has just lost, could tell one in a container that it lives. As long
 * as it does the other is refused; when it is killed, the other has the directory.
 */
export async function shareWithContainer(
  runtimes: readonly [string, string],
  script: string,
): Promise<Findings> {
  const findings = new FindingsOf(`${runtimes.join(' outside, in a container ')}`)
  await inDirectory(script, async (start) => {
    const owner = await start({ runtime: runtimes[0] })
    findings.expect('the first one', /^owner/, await owner.tell('own'))
    const other = await start({ runtime: runtimes[1], where: 'container' })
    await refuses(findings, 'beside a living owner', { owner, other })
    await owner.tell('touch open-and-close')
    await refuses(findings, 'beside one that has lost the lock', { owner, other })
    await owner.kill()
    const expected = runtimes.includes('node@20') ? /^refused .*delete its owner\.json/ : /^owner/
    findings.expect('when it is dead', expected, await other.tell('own'))
  })
  return findings
}

async function refuses(
  findings: FindingsOf,
  what: string,
  { owner, other }: { owner: Keeper; other: Keeper },
): Promise<void> {
  findings.expect(
    `${what}: the other one`,
    /^refused .* is owned by process/,
    await other.tell('own'),
  )
  findings.expect(`${what}: the owner`, /^stored/, await owner.tell('put'))
  // Its commit was strict: if the lock was lost it has been taken again.
  const lock = owner.name === 'node@20' ? /^(?:free|none)$/ : /^(?:taken|none)$/
  findings.expect(`${what}: the lock`, lock, await other.tell('lock'))
}

/** Whether the other one gets the directory or not, the owner must not go on as if it were still its own. */
async function givesWay(
  findings: FindingsOf,
  what: string,
  { owner, other }: { owner: Keeper; other: Keeper },
): Promise<void> {
  const outcome = await other.tell('own')
  findings.note(what, outcome.split(' ')[0] ?? '')
  const lost = /^failed (?:UnknownError|InvalidStateError): .*owner\.json was (?:deleted|replaced)/
  findings.expect(`${what}: the owner`, lost, await owner.tell('put'))
  if (!outcome.startsWith('owner')) return
  findings.expect(`${what}: the other one`, /^stored/, await other.tell('put'))
  findings.expect(`${what}: the owner, again`, /^refused/, await owner.tell('own'))
  await owner.kill()
  findings.expect(`${what}: the other one afterwards`, /^owner/, await other.tell('own'))
}

class FindingsOf implements Findings {
  passed = 0
  readonly wrong: string[] = []
  readonly notes: string[] = []
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  expect(what: string, expected: RegExp, said: string): void {
    if (expected.test(said)) this.passed++
    else this.wrong.push(`${this.#name}: ${what}: expected ${expected}, it said: ${said}`)
  }

  note(what: string, outcome: string): void {
    this.notes.push(`${what}: ${outcome}`)
  }
}

/** Gives `use` a way to start keepers of one directory; none is left afterwards. */
async function inDirectory(
  script: string,
  use: (
    start: (options: Omit<KeeperOptions, 'path' | 'script'>) => Promise<Keeper>,
  ) => Promise<void>,
): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-witnesses-'))
  const keepers: Keeper[] = []
  try {
    await use(async (options) => {
      const keeper = await startKeeper({ ...options, path, script })
      keepers.push(keeper)
      return keeper
    })
  } finally {
    for (const keeper of keepers) await keeper.kill()
    for (const name of readdirSync(dirname(path))) {
      if (name.startsWith(path.slice(dirname(path).length + 1))) {
        rmSync(join(dirname(path), name), { recursive: true })
      }
    }
  }
}

/** Starts a keeper. */
export async function startKeeper(options: KeeperOptions): Promise<Keeper> {
  const { runtime, script, path, where, mostDescriptors } = options
  const command = [...(await runtimeCommand(runtime)), script, path]
  const before =
    mostDescriptors === undefined ? [] : ['sh', '-c', `ulimit -n ${mostDescriptors}; "$@"`, 'sh']
  const [program = '', ...args] =
    where === 'container' ? [...container, ...command] : [...before, ...command, where ?? '']
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = linesOf(child)
  await lines.next()
  return {
    name: runtime,
    pid: child.pid,
    tell(line) {
      child.stdin.write(`${line}\n`)
      return lines.next()
    },
    end() {
      child.stdin.end()
      return new Promise((resolve) => child.once('close', resolve))
    },
    kill: () => kill(child),
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((resolve) => child.once('close', resolve))
  process.kill(child.pid ?? 0, 'SIGKILL')
  await closed
}
