/** Which connections keep a request waiting: whose they are, and where they were opened. */
import type { IDBBlocker } from '../base/error-cause.ts'
import { memberOf } from '../base/thrown.ts'
import { domException, type IDBErrorFacts } from '../errors.ts'

/** A request that waits. */
export interface BlockedRequest {
  /** As a message begins with it. */
  readonly title: string
  /** The database's name. */
  readonly database: string
}

/** Says who keeps it from going on. `blockers` undefined: an owner of an earlier release does not tell. */
export function blockedBy(
  { title, database }: BlockedRequest,
  blockers: readonly IDBBlocker[] = [],
): DOMException {
  const message = `${title} is blocked: ${whoHasIt(blockers)}; ${adviceFor(blockers)}`
  const known = { code: 'ERR_IDB_BLOCKED', ...factsOfBlockers(database, blockers) } as const
  return domException('UnknownError', message, known)
}

/** The connections in the way, in words. */
export function whoHasIt(blockers: readonly IDBBlocker[]): string {
  if (blockers.length === 0) return 'a connection is open that is not known here'
  return blockers.map(connectionsOf).join('; ')
}

/** The same as data. */
export function factsOfBlockers(
  database: string,
  blockers: readonly IDBBlocker[],
): Pick<IDBErrorFacts, 'database' | 'opened' | 'blockers'> {
  return { database, opened: blockers.flatMap((it) => it.opened), blockers }
}

/** Who is in the way, as the cause of a `blocked` event says it; none where it has no such cause. */
export function blockersOf(event: Event): readonly IDBBlocker[] {
  const blockers = memberOf(memberOf(event, 'cause'), 'blockers')
  return Array.isArray(blockers) ? (blockers as IDBBlocker[]) : [] // Only this package gives events a cause.
}

function connectionsOf(blocker: IDBBlocker): string {
  const { connections, opened } = blocker
  const open = connections === 1 ? 'a connection is open' : `${connections} connections are open`
  if (opened.length === 0) return `${open} ${whereOf(blocker)}`
  const which = opened.length === connections ? '' : `${opened.length} of them `
  return `${open} ${whereOf(blocker)}, ${which}opened at ${[...new Set(opened)].join(' and at ')}`
}

function whereOf(blocker: IDBBlocker): string {
  if (blocker.application !== undefined) return clientOf(blocker)
  const { holder, id, pid, thread } = blocker
  const process = pid === null ? null : `process ${pid}${thread ? `, thread ${thread}` : ''}`
  switch (holder) {
    case 'here':
      return 'here'
    case 'owner':
      return `in ${process ?? 'the tab or worker'}${process ? ', which owns' : ' that owns'} the storage`
    case 'client':
      return `in ${process ?? `another tab or worker, client ${id}`}`
    case 'port':
      return 'at the other end of a port'
    case 'others':
      return 'elsewhere'
  }
}

/** Of a server. */
function clientOf({ application, address = null }: IDBBlocker): string {
  if (typeof application !== 'string') return 'in a process that is not connected to the server now'
  const from = address === null ? '' : ` from ${address}`
  return `in process ${JSON.stringify(application)}${from}`
}

function adviceFor(blockers: readonly IDBBlocker[]): string {
  const isGone = blockers.length > 0 && blockers.every(({ application }) => application === null)
  if (isGone) return 'if that has ended, it is waited for no longer than 30 seconds'
  const count = blockers.reduce((sum, { connections }) => sum + connections, 0)
  const close = `close ${count > 1 ? 'them' : 'it'}, best in a listener of ${count > 1 ? 'their' : 'its'} versionchange event`
  // Processes that share a server do not tell each other.
  const isSilent = blockers.some((it) => it.opened.length === 0 && it.application === undefined)
  return isSilent ? `${close}; with the option explain on there, this says where` : close
}
