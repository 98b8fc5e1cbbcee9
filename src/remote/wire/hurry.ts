/** A limit to waiting for a server that has taken a connection, and then says nothing. */
import { lostInBetween, type Wire } from './wire.ts'

/** For how long the first and the last statements of a connection may take, which wait for no one. */
const answerMs = 10_000

/**
 * Cuts the wire off where `answered` is not settled in time; then it rejects, as all that is awaited from that wire does. It also rejects
 * where the server has answered, and ended the connection with that.
 *
 * @throws StatementError, and what `answered` rejects with
 */
export async function hurry<Result>(wire: Wire, answered: Promise<Result>): Promise<Result> {
  const timer = setTimeout(() => wire.cutOff(), answerMs)
  try {
    const result = await answered
    if (wire.isLost) throw lostInBetween()
    return result
  } finally {
    clearTimeout(timer)
  }
}
