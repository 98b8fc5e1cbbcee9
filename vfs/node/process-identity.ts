import fs from 'node:fs'
import os from 'node:os'
import { threadId } from 'node:worker_threads'
import { timeOfDay } from '../clock.ts'

/** What tells one process from every other, and what people want to know of it. */
export interface ProcessIdentity {
  readonly pid: number
  /** Which thread of the process; 0 is the main one. */
  readonly thread: number
  readonly host: string
  /** In clock ticks since boot, so that a reused pid is noticed; null where the platform does not say (not Linux). */
  readonly startTime: number | null
  /** Changes with every boot; null where the platform does not say (not Linux). */
  readonly bootId: string | null
  /** Among which processes `pid` counts: containers have a namespace each; null where the platform does not say. */
  readonly namespace: string | null
}

/** Whether a process lives, as far as can be told from here. */
export type Liveness = 'alive' | 'dead' | 'unknown'

/** The namespace of a machine's own processes, which are in no container. */
const outermostNamespace = 'pid:[4026531836]'

/** The identity of this process and thread. */
export function thisProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    thread: threadId,
    host: hostName(),
    startTime: hasOwnProc() ? (processStat('self')?.startTime ?? null) : null,
    bootId: textOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? null,
    namespace: linkOrNull('/proc/self/ns/pid'),
  }
}

/** Whether two identities are of one process, whatever the thread. */
export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return (
    one.pid === other.pid &&
    one.startTime === other.startTime &&
    one.bootId === other.bootId &&
    (one.bootId !== null || one.host === other.host) &&
    one.namespace === other.namespace
  )
}

/** Whether there may be processes on this machine that cannot see this one by its pid. */
export function isInContainer({ namespace }: ProcessIdentity): boolean {
  return namespace !== null && namespace !== outermostNamespace
}

/** Whether both run on the same kernel since the same boot, and that is known. */
export function isSameBoot(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.bootId !== null && one.bootId === other.bootId
}

/** Whether the process `other`, seen at `since`, still runs. */
export function processLiveness(other: ProcessIdentity & { readonly since: string }): Liveness {
  const { host, bootId, namespace } = thisProcess()
  if (bootId !== null && other.bootId !== null && bootId !== other.bootId) {
    // The same host has been rebooted since; of another one nothing is known.
    return other.host === host ? 'dead' : 'unknown'
  }
  if (namespace !== other.namespace) return 'unknown'
  // Without an id of the boot nothing but the name tells one machine from another that shares the directory.
  if ((bootId === null || other.bootId === null) && other.host !== host) return 'unknown'
  const found = findProcess(other.pid)
  if (found !== 'alive') return found
  const stat = hasOwnProc() ? processStat(other.pid) : null
  if (stat === null || other.startTime === null) return unprovenLiveness(other.since)
  return !stat.isZombie && stat.startTime === other.startTime ? 'alive' : 'dead'
}

/** Whether a process that has the pid of one seen at `since` is that one, where no start time can be compared. */
function unprovenLiveness(since: string): Liveness {
  // Engine: a lock of Windows' is not lost by what the process does to the file, so it tells better than a pid.
  if (process.platform === 'win32') return 'unknown'
  return isBeforeBoot(since) ? 'unknown' : 'alive'
}

/** Clocks are set now and then. */
const clockToleranceMs = 60_000

function isBeforeBoot(since: string): boolean {
  try {
    return Date.parse(since) < timeOfDay() - os.uptime() * 1000 - clockToleranceMs
  } catch {
    // Deno asks for a permission of its own.
    return false
  }
}

function findProcess(pid: number): Liveness {
  try {
    process.kill(pid, 0)
    return 'alive'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH') return 'dead'
    // A process of another user's; anything else is a runtime's own refusal to look.
    return code === 'EPERM' ? 'alive' : 'unknown'
  }
}

/** Whether /proc shows the processes by the numbers they have here; in a container it may be that of the machine. */
export function hasOwnProc(): boolean {
  return linkOrNull('/proc/self') === String(process.pid)
}

/** Of /proc/pid/stat: the state (field 3) and the start time (field 22). Field 2, the name, may hold anything. */
function processStat(pid: number | 'self'): { startTime: number; isZombie: boolean } | null {
  const stat = textOrNull(`/proc/${pid}/stat`)
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { startTime: Number(fields[19]), isZombie: fields[0] === 'Z' || fields[0] === 'X' }
}

function textOrNull(path: string): string | null {
  return orNull(() => fs.readFileSync(path, 'utf8'))
}

function linkOrNull(path: string): string | null {
  return orNull(() => fs.readlinkSync(path))
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    // Not Linux, no such process, or not permitted: all mean that the platform does not say.
    return null
  }
}

function hostName(): string {
  try {
    return os.hostname()
  } catch {
    // Deno asks for a permission of its own; the name only serves people.
    return 'unknown'
  }
}
