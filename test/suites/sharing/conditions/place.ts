/** A directory, the processes that share it, and the socket its owner is met at. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** How long anything may take; a machine that is busy with other things is slow. */
export const longestMs = 180_000

/** A process at a place. */
export class Guest {
  readonly child: ChildProcess
  readonly warnings: string[] = []
  readonly #answers: string[] = []
  readonly #waiting: ((line: string) => void)[] = []
  readonly ended: Promise<void>

  constructor(command: readonly string[], options: { uid?: number } = {}) {
    const [program = '', ...args] = command
    this.child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
    let text = ''
    let errors = ''
    this.child.stderr?.setEncoding('utf8').on('data', (more: string) => (errors += more))
    this.child.stdin?.on('error', () => {})
    this.child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      const lines = (text + more).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) this.#hear(line)
    })
    this.ended = new Promise((resolve) => {
      this.child.on('close', () => {
        for (const answer of this.#waiting.splice(0)) answer(`ended ${errors}`)
        resolve()
      })
    })
  }

  /** Tells it something; resolves to what it answers. */
  ask(command: string): Promise<string> {
    this.child.stdin?.write(`${command}\n`)
    const answer = this.#answers.shift()
    if (answer !== undefined) return Promise.resolve(answer)
    return within(longestMs, command, new Promise((resolve) => this.#waiting.push(resolve)))
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child.kill(signal)
    await this.ended
  }

  #hear(line: string): void {
    if (line.startsWith('warned ')) {
      this.warnings.push(line)
      return
    }
    const waiting = this.#waiting.shift()
    if (waiting) waiting(line)
    else this.#answers.push(line)
  }
}

/** How a process is started. */
interface GuestOptions {
  readonly clockOffsetMs?: number
  readonly uid?: number
  readonly runtime?: readonly string[]
}

/** A place that lasts for one condition. */
export class Place {
  readonly #parent: string
  readonly path: string
  readonly #guestPath: string
  readonly #guests: Guest[] = []

  constructor(
    guestPath: string,
    { parent = mkdtempSync(join(tmpdir(), 'idb-everywhere-place-')), name = 'data' } = {},
  ) {
    this.#guestPath = guestPath
    this.#parent = parent
    this.path = join(parent, name)
  }

  /** A process that shares it. `runtime`: the command before the script's path. */
  guest({ clockOffsetMs = 0, runtime = [process.execPath], ...options }: GuestOptions = {}): Guest {
    const command = [...runtime, this.#guestPath, this.path, String(clockOffsetMs)]
    const guest = new Guest(command, options)
    this.#guests.push(guest)
    return guest
  }

  /** The path of the socket that the owner's claim names. */
  socket(): string {
    const claim = JSON.parse(readFileSync(join(this.path, 'owner.json'), 'utf8')) as Claim
    const name = claim.wayIn?.socket ?? claim.socket
    if (name === null)
      throw new Error(`The owner's claim names no socket: ${JSON.stringify(claim)}`)
    return name.startsWith('/') ? name : join(this.path, name)
  }

  /** Where the programs are. */
  get programs(): string {
    return dirname(dirname(dirname(this.#guestPath)))
  }

  /** Lets every user of the machine read the programs, and reach the directory. */
  openToAll(): void {
    for (const path of [this.#parent, this.programs]) chmodSync(path, 0o755)
  }

  async end(): Promise<void> {
    await Promise.all(this.#guests.map((guest) => guest.end()))
    rmSync(this.#parent, { recursive: true, force: true })
  }
}

interface Claim {
  readonly socket: string | null
  readonly wayIn?: { readonly socket: string | null }
}

/** Rejects when it takes too long. */
export function within<Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** Throws when it is not so. */
export function expectThat(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(what)
}

/** Has guests raise the counter, which stands at `sum`, and checks that each time it is one more. */
export function raiserFrom(sum: number): (guest: Guest) => Promise<void> {
  let expected = sum
  return async (guest) => {
    const answer = await guest.ask('raise')
    expectThat(answer === `raised ${++expected}`, `${answer}, and not ${expected}`)
  }
}
