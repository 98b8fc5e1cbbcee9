/** Asking the owner of a directory how things are, without coming in: see `meeting-point.ts`. */
import { queueIdleTimer } from '../../event-loop/turn.ts'
import { type DirectoryStatus, sharedStatus, type SharingOwner } from '../directory-status.ts'
import { askOwner } from '../greeting.ts'
import type { ClientHello, OwnerStatus } from '../hello.ts'
import { brokerOfOrigin } from './browser-peer.ts'
import { Knocking } from './knocking.ts'
import type { MeetingPoint } from './meeting-point.ts'
import { aborted, eitherOf } from './signals.ts'
import { beginLife, holderOf, lifeEnded } from './web-locks.ts'

/** `silenceMs`: how long the owner may take to answer. One that goes meanwhile is followed by another, or by none. */
export async function inquire(
  point: MeetingPoint,
  own: ClientHello,
  silenceMs: number,
): Promise<DirectoryStatus> {
  const silence = new AbortController()
  const stopWaiting = queueIdleTimer(() => silence.abort(), silenceMs)
  try {
    for (;;) {
      const holder = await holderOf(point.ownership, point.sharing)
      if (holder === 'none') return { state: 'free' }
      if (holder === 'alone') return { state: 'owned', owner: null, reason: sharesWithNone }
      if (silence.signal.aborted) return { state: 'silent', owner: null }
      const answer = await answerOf(point, own, silence.signal)
      if (answer) return sharedStatus(ownerIn(answer), answer)
    }
  } finally {
    stopWaiting()
  }
}

const sharesWithNone = 'its options say so, or it is another release of the package'

function ownerIn({ version, protocol, since }: OwnerStatus): SharingOwner {
  return { pid: null, thread: null, host: null, since: since ?? null, protocol, version }
}

/** null: none until the signal is aborted or the owner has gone. */
async function answerOf(
  point: MeetingPoint,
  own: ClientHello,
  signal: AbortSignal,
): Promise<OwnerStatus | null> {
  const life = await beginLife()
  const knocking = new Knocking(point, life.id, brokerOfOrigin())
  const ending = new AbortController()
  try {
    const entered = await Promise.race([knocking.entered, aborted(signal).catch(() => null)])
    if (!entered) return null
    void lifeEnded(entered.welcome.life, ending.signal).then(() => ending.abort())
    return await askOwner(entered.port, own, eitherOf(signal, ending.signal))
  } finally {
    ending.abort()
    knocking.close()
    life.end()
  }
}
