/** Fails every I/O call of a history once, in turn: an error as documented, nothing wrong, and usable afterwards. */
import { memory } from '../../../vfs/memory.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import type { History } from './histories.ts'
import { playStruck, type Strike } from './struck-history.ts'

/** How a call fails. */
export interface Failing {
  readonly code: 'EIO' | 'ENOSPC'
  readonly effect: 'fail' | 'short'
}

/** What was tried. */
export interface FailingCallsCounts {
  /** Runs of the history, one for each call. */
  calls: number
  /** Actions that failed; where none did, the failure was made good or made no difference. */
  failedActions: number
  readonly wrong: string[]
}

/** The names an action may fail with; an open request is aborted when its upgrade is. */
export const documented: Record<Failing['code'], readonly string[]> = {
  EIO: ['UnknownError', 'AbortError'],
  ENOSPC: ['QuotaExceededError', 'AbortError'],
}

/** Runs the history once for each of its calls. `every`: only each so-manieth call. */
export async function failCalls(
  history: History,
  failing: Failing,
  every: number,
): Promise<FailingCallsCounts> {
  const counts: FailingCallsCounts = { calls: 0, failedActions: 0, wrong: [] }
  for (let nth = 1; ; nth += every) {
    const { hasStruck, failedActions, wrong } = await playStruck(history, failingCall(failing, nth))
    counts.failedActions += failedActions
    if (wrong !== null) counts.wrong.push(wrong)
    if (!hasStruck) return counts
    counts.calls++
  }
}

function failingCall(failing: Failing, nth: number): Strike {
  const { code, effect } = failing
  const vfs = faulty(memory())
  let struck = ''
  vfs.inject({
    faults: [{ on: 'any', nth, ...failing }],
    onCall(kind, number) {
      if (number === nth) struck = kind
    },
  })
  return {
    vfs,
    what: `${effect} ${code} at call ${nth}`,
    struck: () => struck,
    isDocumented({ name }) {
      // An error without a code of its own: fewer bytes than there should be.
      const isShortRead = struck === 'read' && effect === 'short'
      return documented[isShortRead ? 'EIO' : code].includes(name)
    },
    openFiles: () => vfs.openFiles(),
    // It strikes once.
    relieve() {},
  }
}
