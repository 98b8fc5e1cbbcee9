import fs from 'node:fs'
import os from 'node:os'
import { threadId } from 'node:worker_threads'

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
}

/** The identity of this process and thread. */
export function thisProcess(): ProcessIdentity {
  const { pid } = process
  return {
    pid,
    thread: threadId,
    host: hostName(),
    startTime: processStat(pid)?.startTime ?? null,
    bootId: textOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? null,
  }
}

/** Whether two identities are of one process, whatever the thread. */
export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.startTime === other.startTime && one.bootId === other.bootId
}

/**
 * Whether the process `other` still runs, as far as can be told from here; in doubt it does. What cannot be told: a
 * process in another pid namespace (a container that shares the directory) looks dead, or alive if its pid is in use
 * here; without /proc a reused pid looks alive.
 */
export function isProcessAlive(other: ProcessIdentity): boolean {
  const { host, bootId } = thisProcess()
  if (bootId !== null && other.bootId !== null && bootId !== other.bootId) {
    // The same host has been rebooted since; of another one nothing is known.
    return other.host !== host
  }
  if (!hasProcess(other.pid)) return false
  const stat = processStat(other.pid)
  if (stat === null || other.startTime === null) return true
  return !stat.isZombie && stat.startTime === other.startTime
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Anything but "no such process", such as a missing permission, means that it may well run.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Of /proc/pid/stat: the state (field 3) and the start time (field 22). Field 2, the name, may hold anything. */
function processStat(pid: number): { startTime: number; isZombie: boolean } | null {
  const stat = textOrNull(`/proc/${pid}/stat`)
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { startTime: Number(fields[19]), isZombie: fields[0] === 'Z' || fields[0] === 'X' }
}

function textOrNull(path: string): string | null {
  try {
    return fs.readFileSync(path, 'utf8')
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
