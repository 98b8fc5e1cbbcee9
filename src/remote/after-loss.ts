/** Doing again what nothing was told of. */
import { isLoss } from './wire/wire.ts'

/** How often: all connections that were idle may turn out to be gone. */
const mostAttempts = 10

/**
 * Does `work`, and does it again where the connection to the server was lost in it, as long as `mayRepeat`; while no server can be reached
 * it waits within.
 *
 * @throws what `work` throws
 */
export async function againAfterLoss<Result>(
  work: () => Promise<Result>,
  mayRepeat: () => boolean = () => true,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === mostAttempts || !isLoss(error) || !mayRepeat()) throw error
    }
  }
}
