/** Processes by where they run: all that a program has started, and what that has started, stays in its directory or below. */
import { readdirSync, readlinkSync } from 'node:fs'

/** How often it is looked for those that are left, and how long in between, in ms. */
const [mostLooks, lookMs] = [250, 20]

/**
 * Ends all processes that run in a directory, at once, whether or not they stand still. Returns once none is left; blocks meanwhile, so that
 * it may be called when this process exits.
 *
 * @throws Error after 5 seconds
 */
export function killIn(directory: string): void {
  for (let i = 0; i < mostLooks; i++) {
    const left = processesIn(directory)
    if (left.length === 0) return
    for (const pid of left) send(pid, 'SIGKILL')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookMs)
  }
  throw new Error(`processes in ${directory} cannot be ended: ${processesIn(directory).join(', ')}`)
}

/** Has them all stand still, those as well that one has started before it stood still. */
export function freezeIn(directory: string): void {
  const frozen = new Set<number>()
  for (;;) {
    const moving = processesIn(directory).filter((pid) => !frozen.has(pid))
    if (moving.length === 0) return
    for (const pid of moving) {
      send(pid, 'SIGSTOP')
      frozen.add(pid)
    }
  }
}

function processesIn(directory: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isWithin(directory, placeOf(name)))
    .map(Number)
}

function isWithin(directory: string, place: string): boolean {
  return place === directory || place.startsWith(`${directory}/`)
}

/** Its working directory; nothing where it has ended. */
function placeOf(pid: string): string {
  try {
    // A directory that was deleted is still named, with a note behind it.
    return readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '')
  } catch {
    return ''
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}
