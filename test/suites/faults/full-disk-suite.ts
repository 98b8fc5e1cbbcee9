/** Fills a real disk before every call of a history that may want room: what failing one call does, for real. */
import { join } from 'node:path'
import { nodeFs } from '../../../vfs/node.ts'
import { documented } from './failing-calls-suite.ts'
import { type CallKind, faulty } from '../../../src/testing/fault-vfs.ts'
import type { History } from './histories.ts'
import type { SmallDisk } from '../../kit/disks/small-disk.ts'
import { playStruck, type Strike } from './struck-history.ts'

/** What was tried. */
export interface FullDiskCounts {
  /** Runs of the history: from how many different moments on the disk was full. */
  moments: number
  failedActions: number
  readonly wrong: string[]
}

/** Calls that may want room; before any other the disk may as well fill up later. */
const wantsRoom: ReadonlySet<CallKind> = new Set(['lock', 'open', 'rename', 'write', 'truncate'])

/**
 * Runs the history once for each such call. The disk stays full, `freeBytes` left, until an action has failed and what is
 * stored has been read.
 */
export async function fillDisk(
  history: History,
  disk: SmallDisk,
  { freeBytes, every }: { freeBytes: number; every: number },
): Promise<FullDiskCounts> {
  const counts: FullDiskCounts = { moments: 0, failedActions: 0, wrong: [] }
  for (let nth = 1; ; nth += every) {
    const strike = fullFrom(nth, disk, freeBytes)
    const { hasStruck, failedActions, wrong } = await playStruck(history, strike)
    disk.clear()
    counts.failedActions += failedActions
    if (wrong !== null) counts.wrong.push(wrong)
    if (!hasStruck) return counts
    counts.moments++
  }
}

function fullFrom(nth: number, disk: SmallDisk, freeBytes: number): Strike {
  let count = 0
  let struck = ''
  const vfs = faulty(nodeFs(), {
    onCall(kind) {
      if (!wantsRoom.has(kind) || ++count !== nth) return
      disk.fill(freeBytes)
      struck = kind
    },
  })
  return {
    vfs,
    path: join(disk.path, 'databases'),
    what: `${freeBytes} bytes free from call ${nth} on`,
    struck: () => struck,
    isDocumented: ({ name }) => documented.ENOSPC.includes(name),
    openFiles: () => vfs.openFiles(),
    relieve: () => disk.free(),
  }
}
