/** The time that those have who are on their way to a new owner. */
import { now, queueIdleTimer, queueTurn } from '../event-loop/turn.ts'

/**
 * It counts in pieces of this length, each of which ends with a look at what has come. While a new owner opens databases it can
 * let no one in, and where all wait for the processor those who are on their way wait as well: such pieces take longer.
 */
const pieceMs = 25
/** By what factor that may make it longer, at most. */
const mostPatience = 4

/** How long is waited, and what for. */
export interface Arrivals {
  readonly limitMs: number
  /** Called after each piece. */
  readonly look: () => void
  /** Whether one has come who has not said yet who it is. */
  readonly isOneAtTheDoor: () => boolean
  /** Called when the time is over. */
  readonly over: () => void
}

/** Begins the time; what it gives ends it early. */
export function awaitArrivals({ limitMs, look, isOneAtTheDoor, over }: Arrivals): () => void {
  const start = now()
  let piecesLeft = limitMs / pieceMs
  let isEnded = false
  const nextPiece = (): (() => void) => queueIdleTimer(() => queueTurn(endPiece), pieceMs)
  const endPiece = (): void => {
    if (isEnded) return
    look()
    if (isEnded) return
    piecesLeft--
    const isOver = piecesLeft <= 0 && !isOneAtTheDoor()
    if (isOver || now() - start > mostPatience * limitMs) return over()
    stop = nextPiece()
  }
  let stop = nextPiece()
  return () => {
    isEnded = true
    stop()
  }
}
