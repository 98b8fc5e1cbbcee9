/** What becomes of a server's errors, as others are told. */
import { type Failure, type FailurePlace, failure, failureOf, inPlace } from '../errors.ts'
import { type Problem, sqlState } from './wire/problem.ts'
import { StatementError } from './wire/wire.ts'

/** The failure for anything that was thrown here. */
export function remoteFailure(error: unknown, place: FailurePlace): Failure {
  const isStatement = error instanceof StatementError
  return isStatement ? failureOfProblem(error.problem, place) : failureOf(error, place)
}

/** The failure for what has gone wrong with a server, where that can be told: no commit was under way. */
export function failureOfProblem(problem: Problem, place: FailurePlace): Failure {
  return inPlace(bareFailureOf(problem), place)
}

/** The connection to the server has ended in a transaction; nothing of it was committed. */
export function lostConnection(code: string | null = null): Failure {
  const message =
    'The connection to the PostgreSQL server was lost, and the transaction with it; nothing of it was committed, so it can be run again'
  return failure('AbortError', message, { code: 'ERR_IDB_OWNER_LOST', ...systemCodeOf(code) })
}

/** No one can tell whether it was committed. */
export function unknownOutcome(): Failure {
  const message =
    'It cannot be told whether the transaction was committed: read what it wrote before writing it again'
  return failure('AbortError', message, { code: 'ERR_IDB_OUTCOME_UNKNOWN' })
}

function bareFailureOf(problem: Problem): Failure {
  const { code, message, isLoss } = problem
  if (isLoss) return lostConnection(code)
  const systemCode = systemCodeOf(code)
  switch (code) {
    case sqlState.undefinedTable:
    case sqlState.undefinedSchema:
      return notInstalled(systemCode)
    case sqlState.noSuchPrepared:
    case sqlState.preparedBefore:
      return failure('UnknownError', behindPooler, { code: 'ERR_IDB_SERVER', ...systemCode })
    case sqlState.diskFull:
      return failure('QuotaExceededError', 'The disk of the PostgreSQL server is full', {
        code: 'ERR_IDB_FULL',
        ...systemCode,
      })
    case sqlState.dataCorrupted:
    case sqlState.indexCorrupted:
      return failure(
        'UnknownError',
        `The tables on the PostgreSQL server are damaged: ${message ?? 'it has not said where'}`,
        { code: 'ERR_IDB_CORRUPT', ...systemCode },
      )
    case sqlState.deadlock:
    case sqlState.serialization:
      return failure(
        'AbortError',
        'The PostgreSQL server has ended the transaction, as others were in its way; run it again',
        { code: 'ERR_IDB_SERVER', ...systemCode },
      )
  }
  const reason = message ?? 'it has not said why'
  return failure('UnknownError', `The PostgreSQL server has refused a statement: ${reason}`, {
    code: 'ERR_IDB_SERVER',
    ...systemCode,
  })
}

/** How a pooler shows that went unnoticed as the connections were made. */
const behindPooler =
  'A pooler in transaction mode stands before the PostgreSQL server; name the server itself in the option "directConnectionString"'

function notInstalled(systemCode: { systemCode?: string }): Failure {
  const message =
    'The schema on the PostgreSQL server has no tables of idb-everywhere; make them with installPostgres() as the role that is to own them'
  return failure('UnknownError', message, { code: 'ERR_IDB_NOT_INSTALLED', ...systemCode })
}

function systemCodeOf(code: string | null): { systemCode?: string } {
  return code === null ? {} : { systemCode: code }
}
