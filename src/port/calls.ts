/** Calls as the objects that come over a port. */
import type { EncodedRange } from '../keys/key-range.ts'
import { bytesOfMember, integerOf, listOf, Malformed, membersOf, stringOf } from './malformed.ts'
import type { Call } from './messages.ts'
import { clientOf, incarnationOf, markOf, originOf } from './mark.ts'
import { schemaChangeOf } from './schema.ts'
import { placeOf } from './serving/blockers.ts'
import { boundedRangeOf } from './serving/bounds.ts'
import { survivalOf } from './serving/survival.ts'
import type { WatchedStore } from '../protocol/changes.ts'
import type { Operation } from '../protocol/protocol.ts'

/** The call that `value` is, of those that have no shorter form. @throws Malformed for anything else */
export function callOf(value: unknown): Call {
  const members = membersOf(value)
  const { type } = members
  if (type === 'present') return { type, id: 0, name: stringOf(members['name']) }
  if (type === 'leave' || type === 'ping' || type === 'recovered') return { type, id: 0 }
  if (type === 'tally') return { type, id: 0, counts: survivalOf(members['counts']) }
  if (type === 'forgetMarks') return { type, id: 0, client: clientOf(members['client']) }
  if (type === 'forgetDeletion') return { type, id: 0, mark: markOf(members['mark']) }
  const id = integerOf(members['id'], 1)
  switch (type) {
    case 'databases':
    case 'cancel':
    case 'unwatch':
    case 'nextPiece':
    case 'endCopy':
    case 'abort':
    case 'close':
    case 'shutDown':
    case 'forceClose':
      return { type, id }
    case 'delivered':
      return { type, id, opened: openedOf(members) }
    case 'open':
      return { type, id, ...requestOf(members), version: versionOf(members['version']) }
    case 'delete':
      return { type, id, ...requestOf(members) }
    case 'copy':
    case 'inspect':
      return { type, id, connection: integerOf(members['connection'], 1) }
    case 'attach':
      return { type, id, ...knownOf(members), version: integerOf(members['version'], 1) }
    case 'outcomeOf':
      return { type, id, ...knownOf(members), mark: markOf(members['mark']) }
    case 'watch':
      return { type, id, ...watchOf(members) }
    case 'execute':
      return { type, id, operation: operationOf(members['operation']) }
  }
  throw new Malformed('is not a known call')
}

function requestOf({ name, origin }: Readonly<Record<string, unknown>>) {
  return { name: stringOf(name), origin: originOf(origin) }
}

/** A database that was known at a former owner. */
function knownOf({ name, incarnation }: Readonly<Record<string, unknown>>) {
  return { name: stringOf(name), incarnation: incarnationOf(incarnation) }
}

function openedOf({ opened }: Readonly<Record<string, unknown>>): string | undefined {
  return opened === undefined ? undefined : placeOf(opened)
}

function versionOf(value: unknown): number | undefined {
  return value === undefined ? undefined : integerOf(value, 1)
}

function watchOf({ connection, watched }: Readonly<Record<string, unknown>>) {
  return { connection: integerOf(connection, 1), watched: listOf(watched, watchedStoreOf) }
}

function watchedStoreOf(value: unknown): WatchedStore {
  const { storeId, ranges } = membersOf(value)
  return {
    storeId: integerOf(storeId, 1),
    ranges: ranges === null ? null : listOf(ranges, boundedRangeOf),
  }
}

function operationOf(value: unknown): Operation {
  const members = membersOf(value)
  const { type } = members
  if (type === 'changeSchema') return { type, change: schemaChangeOf(members['change']) }
  const storeId = integerOf(members['storeId'], 1)
  if (type === 'clear') return { type, storeId }
  if (type === 'count') {
    const indexId = integerOf(members['indexId'], 0)
    return { type, storeId, indexId, range: rangeOf(members['range']) }
  }
  throw new Malformed('asks for an unknown operation')
}

function rangeOf(value: unknown): EncodedRange {
  const { lower, upper } = membersOf(value)
  return { lower: bytesOfMember(lower), upper: upper === null ? null : bytesOfMember(upper) }
}
