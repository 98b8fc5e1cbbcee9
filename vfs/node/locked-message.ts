import type { Owner } from '../../src/files/vfs.ts'
import type { Claim } from './claim-file.ts'
import { isOpen, wayInOf } from './meeting/way-in.ts'
import { isSameProcess, thisProcess } from './process-identity.ts'
import type { Liveness } from './process-identity.ts'

/** Who has a directory, as far as is known; null when there is no claim. */
export type Holder = { readonly owner: Claim | null; readonly liveness: Liveness } | null

/** Why the directory at `path` could not be had after `waitMs`, and what to do about it. */
export function lockedMessage(path: string, holder: Holder, waitMs: number): string {
  const owner = holder?.owner ?? null
  const isProven = owner !== null && holder?.liveness === 'alive' && owner.startTime !== null
  const advice = [
    ...(owner === null ? [] : adviceOnOwner(owner)),
    waitMs > 0 ? 'wait longer (waitMs)' : "wait for it (ifLocked: 'wait')",
    'choose another directory (path)',
    ...(isProven ? [] : ['delete its owner.json if that process has certainly ended']),
  ]
  const waited = waitMs > 0 ? `, and still was after waiting ${waitMs} ms` : ''
  return `Directory "${path}" is owned by ${ownerText(owner)}${waited}; ${listOf(advice)}`
}

/** Names an owner. */
export function ownerText(owner: Owner | null): string {
  if (owner === null) return 'a process that left no readable claim'
  const { pid, thread, host, since } = owner
  return `process ${pid}, thread ${thread}, on host "${host}" since ${since}`
}

function adviceOnOwner(owner: Claim): string[] {
  const self = thisProcess()
  if (!isSameProcess(owner, self)) {
    const share = isOpen(wayInOf(owner.wayIn))
      ? ["share it with that process (ifLocked: 'share')"]
      : []
    return [
      ...share,
      'stop that process (a dev server that is still running?)',
      'call close(factory) there',
    ]
  }
  if (owner.thread === self.thread) {
    return ['call close(factory) in this thread, where another copy of this package has it']
  }
  const share =
    "share it (ifLocked: 'share' in both threads, or serve(port, factory) there and { port } here)"
  return [share, 'call close(factory) there']
}

function listOf(advice: readonly string[]): string {
  return `${advice.slice(0, -1).join(', ')}, or ${advice.at(-1)}`
}
