import type { Owner } from '../../src/files/vfs.ts'
import type { Claim } from './claim-file.ts'
import { isOpen, keptToItself, wayInOf } from './meeting/way-in.ts'
import { isSameProcess, thisProcess } from './process-identity.ts'
import type { Liveness } from './process-identity.ts'

/** Who has a directory, as far as is known; null when there is no claim. */
export type Holder = { readonly owner: Claim | null; readonly liveness: Liveness } | null

/** How it was tried to get a directory. */
export interface Trial {
  readonly waitMs: number
  /** Whether it would have been shared with its owner. */
  readonly wouldShare: boolean
}

/** Why the directory at `path` could not be had, and what to do about it. */
export function lockedMessage(path: string, holder: Holder, { waitMs, wouldShare }: Trial): string {
  const owner = holder?.owner ?? null
  const isProven = owner !== null && holder?.liveness === 'alive' && owner.startTime !== null
  const advice = [
    ...(owner === null ? [] : adviceOnOwner(owner, wouldShare)),
    adviceToWait({ waitMs, wouldShare }),
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

function adviceToWait({ waitMs, wouldShare }: Trial): string {
  if (waitMs > 0) return 'wait longer (waitMs)'
  return wouldShare ? 'wait for it (waitMs)' : "wait for it (ifLocked: 'wait')"
}

function adviceOnOwner(owner: Claim, wouldShare: boolean): string[] {
  const self = thisProcess()
  const sharing = wouldShare ? adviceToOwner(owner) : null
  if (!isSameProcess(owner, self)) {
    const share = isOpen(wayInOf(owner.wayIn))
      ? "share it with that process (ifLocked: 'share')"
      : null
    return [
      ...listed(wouldShare ? sharing : share),
      'stop that process (a dev server that is still running?)',
      'call close(factory) there',
    ]
  }
  if (owner.thread === self.thread) {
    return ['call close(factory) in this thread, where another copy of this package has it']
  }
  const share =
    "share it (ifLocked: 'share' in both threads, or serve(port, factory) there and { port } here)"
  return [...listed(wouldShare ? sharing : share), 'call close(factory) there']
}

/** How an owner would share that does not; null: it does, or it is not up to its options. */
function adviceToOwner({ wayIn }: Claim): string | null {
  const found = wayInOf(wayIn)
  const isByOption = !isOpen(found) && found.reason === keptToItself.reason
  return isByOption ? "open it there with ifLocked: 'share', the default" : null
}

function listed(advice: string | null): string[] {
  return advice === null ? [] : [advice]
}

function listOf(advice: readonly string[]): string {
  return `${advice.slice(0, -1).join(', ')}, or ${advice.at(-1)}`
}
