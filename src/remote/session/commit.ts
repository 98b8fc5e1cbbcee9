/** The commit of what was sent before, where it is not that of a transaction of script's. */
import { commit } from '../sql/transaction-statements.ts'
import { StatementError, type Wire } from '../wire/wire.ts'

/**
 * Commits what a wire has under way. Resolves with whether all have it that are to have it: a server that was told not to wait for its
 * standby warns of that, and no more.
 *
 * @throws StatementError where it was not committed, or the answer was lost
 */
export function commitOn(wire: Wire): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (problem: StatementError['problem']): void => reject(new StatementError(problem))
    wire.send(commit, [], {
      done(_, command, hasWarned) {
        if (command === 'COMMIT') resolve(!hasWarned)
        else failed({ code: null, message: null, isLoss: false })
      },
      failed,
    })
  })
}
