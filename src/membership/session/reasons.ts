/** Why what was under way at an owner could not go on at the next one; each kind is counted. */
import { type Failure, failure } from '../../errors.ts'
import type { SurvivalCounts } from '../../protocol/load.ts'

/** Why a transaction was aborted, as it is counted. */
export type AbortReason = Exclude<keyof SurvivalCounts, 'replayed' | 'settled'>

export function newCounts(): SurvivalCounts {
  return { replayed: 0, settled: 0, tooLong: 0, differed: 0, disconnected: 0, unknown: 0, own: 0 }
}

/** Whether everything that `reason` fails was under way at an owner that is gone. */
export function isOwnerLost({ facts }: Failure): boolean {
  return facts?.code === 'ERR_IDB_OWNER_LOST'
}

const details: Record<Exclude<AbortReason, 'unknown'>, string> = {
  tooLong: 'it had been asked more than is kept to be asked again',
  differed: 'asked again, it was answered differently: another transaction came in between',
  disconnected: 'its database has changed since',
  own: 'it was the own transaction of the thread that owned the storage',
}

/** The failure of a transaction that could not be brought to the next owner. `cause`: what failed there, if anything did. */
export function notBroughtOver(
  reason: AbortReason,
  { database, cause = null }: { database: string; cause?: Failure | null },
): Failure {
  if (reason === 'unknown') return outcomeUnknown(database)
  if (cause?.facts && !ofOwners.has(cause.facts.code)) return abortedBy(cause, database)
  const title = `A transaction of database "${database}" was aborted: the owner of the storage is gone, and it could not go on at the next one`
  const detail = cause ? `${details[reason]} (${cause.message})` : details[reason]
  return failure('AbortError', title, { code: 'ERR_IDB_OWNER_LOST', database, detail })
}

/** What a change of owner brings with it; every other code says what has happened to the database itself. */
const ofOwners: ReadonlySet<string> = new Set(['ERR_IDB_OWNER_LOST', 'ERR_IDB_CLOSED'])

function abortedBy({ message, ...reason }: Failure, database: string): Failure {
  return { ...reason, message: `A transaction of database "${database}" was aborted: ${message}` }
}

function outcomeUnknown(database: string): Failure {
  const message = `The owner of the storage ended while it committed a transaction of database "${database}", and the file cannot tell whether it has; read what the transaction wrote before writing it again`
  return failure('AbortError', message, { code: 'ERR_IDB_OUTCOME_UNKNOWN', database })
}

/** Why it cannot be said what became of a deletion that an owner was asked for. */
export function deletionUnknown(database: string): Failure {
  const message = `The owner of the storage ended while it was to delete database "${database}", and there is no other that could tell whether it has; look whether it is there before deleting it again`
  return failure('AbortError', message, { code: 'ERR_IDB_OUTCOME_UNKNOWN', database })
}

/** Why a request or connection ends with the storage it was asked of. */
export function closedBefore(database: string): Failure {
  const message = `The storage of database "${database}" was closed`
  return failure('AbortError', message, { code: 'ERR_IDB_CLOSED', database })
}

/** Why the upgrade of a request could not go on. */
export function upgradeLost(database: string): Failure {
  const message = `The upgrade of database "${database}" was aborted with the owner of the storage; open the database again`
  return failure('AbortError', message, { code: 'ERR_IDB_OWNER_LOST', database })
}

/** Why a copy of a database was not begun. */
export function copyLost(database: string): Failure {
  const message = `Database "${database}" was not copied: the owner of the storage has ended, and the next one has not begun; begin again`
  return failure('UnknownError', message, { code: 'ERR_IDB_OWNER_LOST', database })
}
