/** What waits for the answers to requests, at the realm's end of a port. */
import type { Failure } from '../../errors.ts'
import type { DatabaseCounters } from '../../protocol/load.ts'
import type { Answer } from '../messages.ts'
import type {
  AttachListener,
  CommitMark,
  CommitOutcome,
  DeleteListener,
  OpenListener,
  Receiver,
} from '../../protocol/protocol.ts'

/** All databases there are. */
export type Listings = readonly { readonly name: string; readonly version: number }[]

/** What waits for the answer to a request. */
export type Waiting =
  | { readonly type: 'databases'; readonly receiver: Receiver<Listings> }
  | { readonly type: 'open'; readonly name: string; readonly listener: OpenListener }
  | {
      readonly type: 'delete'
      readonly listener: DeleteListener
      /** By which the owner notes it; null: it does not. */
      readonly mark: CommitMark | null
    }
  | { readonly type: 'attach'; readonly name: string; readonly listener: AttachListener }
  | { readonly type: 'outcomeOf'; readonly receiver: Receiver<CommitOutcome> }
  | { readonly type: 'inspect'; readonly receiver: Receiver<DatabaseCounters> }

/** How each kind of request is answered when it does not fail. */
export const answerTo = {
  databases: 'listed',
  open: 'opened',
  delete: 'deleted',
  attach: 'attached',
  outcomeOf: 'outcome',
  inspect: 'inspected',
} as const

/** Tells that connections are asked to close for the request. */
export function tellAsking(waiting: Waiting): void {
  if (waiting.type === 'delete' || waiting.type === 'open') waiting.listener.asking?.()
}

/** Tells that the request is blocked. */
export function tellBlocked(waiting: Waiting, answer: Extract<Answer, { type: 'blocked' }>): void {
  const { oldVersion, newVersion, blockers } = answer
  if (waiting.type === 'delete') waiting.listener.blocked(oldVersion, null, blockers)
  if (waiting.type === 'open') waiting.listener.blocked(oldVersion, newVersion ?? 0, blockers)
}

/** Tells that there will be no answer. */
export function failWaiting(waiting: Waiting, reason: Failure): void {
  if ('receiver' in waiting) waiting.receiver.failed(reason)
  else waiting.listener.failed(reason)
}
