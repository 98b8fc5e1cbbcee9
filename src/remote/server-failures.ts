/** What becomes of a server's errors, as others are told. */
import { type Failure, failure, failureOf, inPlace } from '../errors.ts'
import { leaseMs } from './session/lease.ts'
import { quoted } from './sql/tables.ts'
import { type Problem, sqlState } from './wire/problem.ts'
import { StatementError } from './wire/wire.ts'

/** Where it went wrong. */
export interface RemotePlace {
  readonly schema: string
  /** undefined: none is concerned, or more than one. */
  readonly database?: string
}

/** The failure for anything that was thrown here. */
export function remoteFailure(error: unknown, place: RemotePlace): Failure {
  if (error instanceof StatementError) return toldProblem(error.problem, place)
  return failureOf(error, inDatabase(place))
}

/** The failure for what has gone wrong with a server, where that can be told: no commit was under way. */
export function toldProblem(problem: Problem, place: RemotePlace): Failure {
  return inPlace(bareFailureOf(problem, place.schema), inDatabase(place))
}

function inDatabase({ database }: RemotePlace): { database?: string } {
  return database === undefined ? {} : { database }
}

/** The connection to the server has ended in a transaction; nothing of it was committed. `code`: why; null: that is not known. */
export function lostConnection(code: string | null = null): Failure {
  const what =
    code === sqlState.idleInTransaction
      ? `This process stood still in the transaction for ${leaseMs / 1_000} seconds, so the PostgreSQL server has ended it, as others may wait for it`
      : 'The connection to the PostgreSQL server was lost, and the transaction with it'
  const message = `${what}; nothing of it was committed, so it can be run again`
  return failure('AbortError', message, { code: 'ERR_IDB_OWNER_LOST', ...systemCodeOf(code) })
}

/** No one can tell whether it was committed. */
export function unknownOutcome(): Failure {
  const message =
    'It cannot be told whether the transaction was committed: read what it wrote before writing it again'
  return failure('AbortError', message, { code: 'ERR_IDB_OUTCOME_UNKNOWN' })
}

/** Why an open connection was closed. */
export function displacedFrom(database: string): Failure {
  const message = `The connection to database "${database}" was closed: this process did not answer in time, and the database was upgraded or deleted elsewhere`
  return failure('AbortError', message, { code: 'ERR_IDB_CLOSED', database })
}

function bareFailureOf({ code, message, isLoss }: Problem, schema: string): Failure {
  if (isLoss) return lostConnection(code)
  const systemCode = systemCodeOf(code)
  const reason = message ?? 'it has not said why'
  const known = code === null ? undefined : kinds[code]
  if (!known) return refused(`${refusal}: ${reason}`, systemCode)
  const { name = 'UnknownError', kind = 'ERR_IDB_SERVER', words } = known
  return failure(name, words(reason, schema), { code: kind, ...systemCode })
}

const refusal = 'The PostgreSQL server has refused a statement'

function refused(message: string, systemCode: { systemCode?: string }): Failure {
  return failure('UnknownError', message, { code: 'ERR_IDB_SERVER', ...systemCode })
}

/** What an error is told as. */
interface Told {
  /** Left out: `UnknownError`. */
  readonly name?: Failure['name']
  /** Left out: `ERR_IDB_SERVER`. */
  readonly kind?: NonNullable<Failure['facts']>['code']
  /** `reason`: the server's own words. */
  words(reason: string, schema: string): string
}

const notInstalled: Told = {
  kind: 'ERR_IDB_NOT_INSTALLED',
  words: (_, schema) =>
    `The schema "${schema}" on the PostgreSQL server has no tables of idb-everywhere, or is not there; make them with installPostgres() as the role that is to own them, or name another schema`,
}

const runAgain: Told = {
  name: 'AbortError',
  words: () =>
    'The PostgreSQL server has ended the transaction, as others were in its way; run it again',
}

/** How a pooler shows that went unnoticed as the connections were made. */
const behindPooler: Told = {
  words: () =>
    'A pooler in transaction mode stands in front of the PostgreSQL server; name the server itself in the option "directConnectionString"',
}

const damaged: Told = {
  kind: 'ERR_IDB_CORRUPT',
  words: (reason) => `The tables on the PostgreSQL server are damaged: ${reason}`,
}

/** SQLSTATE → what it is told as. */
const kinds: Readonly<Record<string, Told>> = {
  [sqlState.undefinedTable]: notInstalled,
  [sqlState.undefinedSchema]: notInstalled,
  [sqlState.noSuchPrepared]: behindPooler,
  [sqlState.preparedBefore]: behindPooler,
  // Of the numbers that this package gives a server, or has it count on, none is.
  [sqlState.outOfRange]: damaged,
  [sqlState.dataCorrupted]: damaged,
  [sqlState.indexCorrupted]: damaged,
  [sqlState.deadlock]: runAgain,
  [sqlState.serialization]: runAgain,
  [sqlState.diskFull]: {
    name: 'QuotaExceededError',
    kind: 'ERR_IDB_FULL',
    words: () => 'The disk of the PostgreSQL server is full',
  },
  [sqlState.insufficientPrivilege]: {
    words: (reason) =>
      `${refusal}: ${reason}; the owner of the tables gives a role its rights with the option "role" of installPostgres()`,
  },
}

/** The failure for what has gone wrong while the tables were made. */
export function makingFailure(error: unknown, schema: string): Failure {
  if (!(error instanceof StatementError)) return remoteFailure(error, { schema })
  const { code, message } = error.problem
  const systemCode = systemCodeOf(code)
  switch (code) {
    // Its words may name the database, which is part of the connection string.
    case sqlState.insufficientPrivilege:
      return refused(
        `The PostgreSQL server does not let this role make the schema "${schema}" and its tables; it needs the right to CREATE on the database, and on the schema where that is there: GRANT CREATE ON DATABASE … TO …, as one who may`,
        systemCode,
      )
    case sqlState.duplicateTable:
    // A type: each table has one of its name.
    case sqlState.duplicateObject:
      return failure(
        'UnknownError',
        `The schema "${schema}" on the PostgreSQL server has tables of another program: ${message ?? 'one has the name of one of idb-everywhere'}; choose another schema`,
        { code: 'ERR_IDB_FOREIGN_FILE', ...systemCode },
      )
  }
  return remoteFailure(error, { schema })
}

/** There is no role that could be given rights. */
export function noSuchRole(role: string): Failure {
  return refused(
    `There is no role "${role}" on the PostgreSQL server; make it first, as an administrator: CREATE ROLE ${quoted(role)} LOGIN PASSWORD '…'`,
    { systemCode: sqlState.undefinedObject },
  )
}

/** A role was not given its rights: the server only warns of that. */
export function notGranted(role: string, schema: string): Failure {
  return refused(
    `This role may not give "${role}" the rights to use the tables in the schema "${schema}" on the PostgreSQL server; do it as the owner of the tables`,
    { systemCode: sqlState.insufficientPrivilege },
  )
}

function systemCodeOf(code: string | null): { systemCode?: string } {
  return code === null ? {} : { systemCode: code }
}
