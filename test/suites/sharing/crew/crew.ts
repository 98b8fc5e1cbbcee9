/** Processes that share one directory, started, watched and ended. */
import { readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import type { Random } from '../../../kit/history/random.ts'
import { now } from '../load/log.ts'
import { Member, type MemberOptions, type ThreadLog } from './member.ts'

/** What was done to the members, and who had to go on. */
export interface Incident {
  readonly what: string
  /** By the clock of the logs. */
  readonly at: number
  readonly survivors: readonly string[]
}

/** How a crew works. */
export interface CrewOptions extends Omit<MemberOptions, 'name' | 'command'> {
  readonly processes: number
  /** The members take these in turn. */
  readonly commands: readonly (readonly string[])[]
  /** No thread may be silent for longer. */
  readonly stuckMs: number
  readonly random: Random
}

const pollMs = 15

/** By what factor limits of time grow, at most, while other programs use the processors. */
const mostPatience = 6

export class Crew {
  readonly options: CrewOptions
  readonly incidents: Incident[] = []
  readonly wrong: string[] = []
  readonly all: Member[] = []
  /** Those that have not been told to end. */
  members: Member[] = []

  constructor(options: CrewOptions) {
    this.options = options
  }

  /** Starts another member. */
  start(): Member {
    const number = this.all.length
    const { commands, ...options } = this.options
    const command = commands[number % commands.length] ?? []
    const member = new Member({ ...options, command, name: `p${number}` })
    this.all.push(member)
    this.members.push(member)
    void member.exit.then((code) => {
      if (!member.isExpectedToExit)
        this.#wrong(`${member.name} ended by itself (${code}): ${member.errors.slice(-2_000)}`)
    })
    return member
  }

  /** From now on it may end, and is not waited for. */
  letGo(member: Member): void {
    member.isExpectedToExit = true
    this.members = this.members.filter((other) => other !== member)
  }

  /** The member and the thread that own the directory; null when that cannot be told at the moment. */
  owner(): { member: Member; place: number } | null {
    const claim = readOwner(this.options.path)
    if (!claim) return null
    for (const member of this.members) {
      const place = member.threads.findIndex(({ lines: [start] }) => {
        return start?.t === 'start' && start.pid === claim.pid && start.threadId === claim.thread
      })
      if (place >= 0) return { member, place }
    }
    return null
  }

  /** Waits until there is an owner. */
  async waitForOwner(): Promise<{ member: Member; place: number }> {
    let owner = this.owner()
    await this.until(() => (owner ??= this.owner()) !== null)
    if (!owner) throw new Error('unreachable: it was waited for')
    return owner
  }

  /** Notes what is done just now to the members that are not `gone`. */
  note(what: string, gone: readonly ThreadLog[]): number {
    const at = now()
    const threads = this.members.flatMap((member) => member.threads)
    const survivors = threads.filter((log) => !gone.includes(log) && log.lines.length > 1)
    this.incidents.push({ what, at, survivors: survivors.map(({ thread }) => thread) })
    return at
  }

  /** Waits until every thread has done something that it began after that time. */
  async untilAllGoOn(since: number): Promise<void> {
    await this.until(() =>
      this.members.every((member) => member.threads.every((log) => log.doneBegunAt > since)),
    )
  }

  async wait(ms: number): Promise<void> {
    const end = performance.now() + ms
    await this.until(() => performance.now() >= end)
  }

  /** Reads the logs until it is so. @throws Stuck when a thread is silent meanwhile */
  async until(isSo: () => boolean): Promise<void> {
    this.#heardNow()
    for (;;) {
      for (const member of this.members) member.read()
      if (this.wrong.length > 0) throw new Stuck(this.wrong[0])
      if (isSo()) return
      this.#checkSilence()
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  /** Tells all to finish, and waits until their processes have ended. */
  async finish(): Promise<void> {
    const members = [...this.members]
    for (const member of members) {
      member.isExpectedToExit = true
      member.tell('finish')
    }
    await this.until(() => members.every(({ threads }) => threads.every((log) => log.hasEnded)))
    const end = performance.now() + this.options.stuckMs * patience()
    await this.until(() => members.every((member) => member.hasExited) || performance.now() > end)
    for (const member of members) {
      if (!member.hasExited)
        this.#wrong(`${member.name} has finished, but its process does not end`)
    }
    this.members = []
  }

  /** Kills what still runs. */
  async end(): Promise<void> {
    for (const member of this.all) {
      member.isExpectedToExit = true
      if (!member.hasExited) member.child.kill('SIGKILL')
    }
    await Promise.all(this.all.map((member) => member.exit))
    for (const member of this.all) member.closeLogs()
  }

  #heardNow(): void {
    for (const member of this.members) {
      for (const log of member.threads) log.heardAt = performance.now()
    }
  }

  #checkSilence(): void {
    const stuckMs = this.options.stuckMs * patience()
    if (this.members.some(({ isStopped }) => isStopped)) return this.#heardNow()
    for (const member of this.members) {
      for (const log of member.threads) {
        if (log.hasEnded || performance.now() - log.heardAt < stuckMs) continue
        const last = JSON.stringify(log.lines.at(-1) ?? null)
        this.#wrong(`stuck: ${log.thread} says nothing for ${stuckMs.toFixed(0)} ms after ${last}`)
      }
    }
  }

  #wrong(what: string): void {
    this.wrong.push(what)
  }
}

/** By what factor limits of time grow now: 1 on a machine that has processors for all that want one. */
export function patience(): number {
  const [load = 0] = loadavg()
  return Math.min(mostPatience, Math.max(1, load / availableParallelism()))
}

/** A crew that does not go on. */
export class Stuck extends Error {}

/** Who owns the directory, as its file says; null while there is none. */
export function readOwner(path: string): { pid: number; thread: number } | null {
  try {
    return JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8')) as ReturnType<
      typeof readOwner
    >
  } catch {
    // None yet, or it changes just now.
    return null
  }
}
