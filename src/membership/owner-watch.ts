/**
 * Tells when an owner does not answer. One that is stopped, by a debugger or a signal, is still the owner, and is not robbed: its
 * clients wait, and their users are told for whom.
 */
import { queueIdleTimer } from '../event-loop/turn.ts'

/** How often it is looked at. */
const tickMs = 1_000
/** How many ticks without an answer pass before the owner is asked whether it is there. */
const ticksBeforePing = 4
/** How many pass before a warning says that it is silent. */
const ticksBeforeWarning = 5

/** Who is watched. */
export interface Watched {
  /** Whether an answer is awaited. */
  readonly isAwaiting: () => boolean
  /** How many answers have come. */
  readonly heardCount: () => number
  /** Asks the owner; `answered` is called when it answers. A transaction that waits its turn is silent, its owner is not. */
  readonly ping: (answered: () => void) => void
  /** Called once for each silence. */
  readonly warn: (silentMs: number) => void
}

/** Watches until what it gives is called. */
export function watchOwner(watched: Watched): () => void {
  let heard = watched.heardCount()
  let silentTicks = 0
  const isThere = (): void => {
    silentTicks = 0
  }
  const tick = (): void => {
    stop = queueIdleTimer(tick, tickMs)
    const isSilent = watched.isAwaiting() && watched.heardCount() === heard
    heard = watched.heardCount()
    silentTicks = isSilent ? silentTicks + 1 : 0
    if (silentTicks === ticksBeforePing) watched.ping(isThere)
    if (silentTicks === ticksBeforeWarning) watched.warn(ticksBeforeWarning * tickMs)
  }
  let stop = queueIdleTimer(tick, tickMs)
  return () => stop()
}
