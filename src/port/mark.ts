/** The marks of commits and requests as they come over a port. */
import type { CommitMark, RequestOrigin } from '../protocol/protocol.ts'
import { booleanOf, demand, integerOf, membersOf, stringOf } from './malformed.ts'
import type { ParcelReader, ParcelWriter } from './parcel.ts'

/** No client has as many commits on their way. */
const highestSlot = 2 ** 20 - 1

/** The name of a client. @throws Malformed for anything else */
export function clientOf(value: unknown): string {
  const client = stringOf(value)
  demand(client.length > 0 && client.length <= 64, 'names a client of no such length')
  // By code unit: a pattern would be looked up on what script may have replaced.
  for (let at = 0; at < client.length; at++) {
    const unit = client.charCodeAt(at)
    demand(unit > 0x20 && unit < 0x7f, 'names a client in other letters than ASCII')
  }
  return client
}

/** The mark that `value` is. @throws Malformed for anything else */
export function markOf(value: unknown): CommitMark {
  const { client, slot, number } = membersOf(value)
  return checkedMark(stringOf(client), integerOf(slot, 0), integerOf(number, 0))
}

/** Packs a mark: its numbers, then the client as bytes. */
export function writeMark({ client, slot, number }: CommitMark, parcel: ParcelWriter): void {
  parcel.number(slot)
  parcel.number(number)
  parcel.bytes(Uint8Array.from(client, (letter) => letter.charCodeAt(0)))
}

/** Unpacks it. @throws Malformed for one that no client writes */
export function readMark(parcel: ParcelReader): CommitMark {
  const slot = parcel.integer(0)
  const number = parcel.integer(0)
  return checkedMark(String.fromCharCode(...parcel.bytes().subarray(0, 65)), slot, number)
}

function checkedMark(client: string, slot: number, number: number): CommitMark {
  demand(slot <= highestSlot, 'has a slot that is too high')
  return { client: clientOf(client), slot, number }
}

/**
 * The origin of a request. An owner at the other end of a port may always end before it answers, and knows who comes back to it:
 * `mayBeLost` and `outlivesOwner` are not sent.
 */
export type RemoteOrigin = Omit<RequestOrigin, 'mayBeLost' | 'outlivesOwner'>

/** As it is sent. */
export function remote(origin: RequestOrigin | undefined): RemoteOrigin | undefined {
  return origin && { mark: origin.mark, resumes: origin.resumes, wasAsked: origin.wasAsked }
}

/**
 * Realms of ports without sessions give none. In a recorded session one may not say whether it was asked before: it may have been.
 * @throws Malformed for anything else than that and an origin
 */
export function originOf(value: unknown): RemoteOrigin | undefined {
  if (value === undefined) return undefined
  const { mark, resumes, wasAsked = true } = membersOf(value)
  return { mark: markOf(mark), resumes: booleanOf(resumes), wasAsked: booleanOf(wasAsked) }
}

/** What a database is known by at another owner; null: nothing was said of it. @throws Malformed */
export function incarnationOf(value: unknown): number | null {
  return value === undefined || value === null ? null : integerOf(value, 0)
}
