/** The end of a transaction that commits, sent along with its last statements. */
import type { Failure } from '../../errors.ts'
import type { Changes } from '../../host/changes.ts'
import { lostConnection, unknownOutcome } from '../server-failures.ts'
import { commit } from '../sql/transaction-statements.ts'
import type { Ground } from './ground.ts'
import type { TransactionOptions } from './transaction-options.ts'

/** A transaction, all of whose statements are sent. */
export interface Committing {
  readonly ground: Ground
  readonly options: TransactionOptions
  /** Whether others are told what it has changed. */
  readonly isTold: boolean
  /** What that is; null: it may be anything in its scope. */
  readonly changes: Changes | null
}

/** Sends its commit, with what has to be in it. `ended`: told why it is not committed, or cannot be said to be; null: it is. Not called where the line fails. */
export function sendCommit(
  { ground, options, isTold, changes }: Committing,
  ended: (failure: Failure | null) => void,
): void {
  const { line } = ground
  moveGenerators(ground, options)
  if (isTold) options.services.session.news.send(line, options, changes)
  line.send(commit, [], (_, command, hasWarned) => {
    // A transaction that has failed on the server is rolled back without an error.
    if (command !== 'COMMIT') ended(lostConnection())
    else ended(hasWarned ? unknownOutcome() : null)
  })
}

function moveGenerators({ numbers, line, db }: Ground, { services }: TransactionOptions): void {
  const moved = numbers.moved()
  if (moved.storeIds.length === 0) return
  const { moveGenerators: statement } = services.sql.transactions
  line.send(statement, [db, moved.storeIds, moved.numbers])
}
