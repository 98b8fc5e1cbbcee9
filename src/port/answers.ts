/** Answers as the objects that come over a port. */
import type { KeptPlace } from '../kept-objects/kept-store.ts'
import type { Failure } from '../errors.ts'
import { failureOfMember } from './failure.ts'
import {
  booleanOf,
  demand,
  integerOf,
  listOf,
  Malformed,
  membersOf,
  stringOf,
} from './malformed.ts'
import { incarnationOf, markOf } from './mark.ts'
import type { Answer } from './messages.ts'
import { blockersOf } from './serving/blockers.ts'
import { boundedRangeOf } from './serving/bounds.ts'
import { countersOf } from './asking/counters.ts'
import { schemaOf } from './schema.ts'
import { type Change, changeKinds, isRangeOf } from '../protocol/changes.ts'
import type {
  CommitOutcome,
  SalvagedStore,
  SalvageReport,
  StorageLimits,
} from '../protocol/protocol.ts'

type Members = Readonly<Record<string, unknown>>

/** The answer that `value` is, of those that have no shorter form. @throws Malformed for anything else */
export function answerOf(value: unknown): Answer {
  const members = membersOf(value)
  const { type } = members
  const id = integerOf(members['id'], 0)
  if (id === 0) return answerAboutOwner(members)
  switch (type) {
    case 'wentAhead':
    case 'caughtUp':
    case 'declined':
    case 'copyEnded':
    case 'asking':
    case 'closing':
    case 'missed':
      return { type, id }
    case 'requestFailed':
    case 'operationFailed':
    case 'aborted':
      return { type, id, failure: failureOfMember(members['failure']) }
    case 'closed':
      return { type, id, failure: reasonOf(members) }
    case 'listed':
      return { type, id, databases: listOf(members['databases'], listedOf) }
    case 'opened':
    case 'attached':
      return { type, id, ...openedOf(members) }
    case 'outcome':
      return { type, id, outcome: outcomeOf(members['outcome']) }
    case 'inspected':
      return { type, id, counters: countersOf(members['counters']) }
    case 'upgradeNeeded':
      return { type, id, ...openedOf(members), oldVersion: oldVersionOf(members) }
    case 'deleted':
      return { type, id, oldVersion: oldVersionOf(members) }
    case 'copyBegun':
      return { type, id, sizeBytes: integerOf(members['sizeBytes'], 1) }
    case 'blocked':
      return { type, id, ...versionsOf(members), blockers: blockersOf(members['blockers']) }
  }
  return answerAboutDatabase(members, id)
}

/** What a connection is told without having asked. */
function answerAboutDatabase(members: Members, id: number): Answer {
  const { type } = members
  switch (type) {
    case 'versionChange':
      return { type, id, ...versionChangeOf(members) }
    case 'changed':
      return { type, id, ...changesOf(members) }
  }
  throw new Malformed('is not a known answer')
}

function reasonOf({ failure }: Members): Failure | null {
  return failure === null ? null : failureOfMember(failure)
}

function answerAboutOwner(members: Members): Answer {
  const { type } = members
  switch (type) {
    case 'present':
      return { type, id: 0, name: stringOf(members['name']) }
    case 'leave':
    case 'pong':
      return { type, id: 0 }
    case 'roster':
      return { type, id: 0, clients: listOf(members['clients'], stringOf) }
    case 'dismissed':
      return { type, id: 0, failure: failureOfMember(members['failure']) }
  }
  throw new Malformed('is not a known answer')
}

function changesOf({ changes, isOwn }: Members) {
  return { changes: listOf(changes, changeOf), isOwn: booleanOf(isOwn) }
}

function changeOf(value: unknown): Change {
  const { storeId, kind, range } = membersOf(value)
  const known = changeKinds.find((it) => it === kind)
  if (!known) throw new Malformed('has an unknown kind of change')
  const among = boundedRangeOf(range)
  demand(isRangeOf[known](among), 'has a change of keys that it cannot have')
  return { storeId: integerOf(storeId, 1), kind: known, range: among }
}

function outcomeOf(value: unknown): CommitOutcome {
  if (value === 'committed' || value === 'absent' || value === 'unknown') return value
  throw new Malformed('has an unknown outcome')
}

function listedOf(value: unknown): { readonly name: string; readonly version: number } {
  const { name, version } = membersOf(value)
  return { name: stringOf(name), version: integerOf(version, 1) }
}

function openedOf({ schema, limits, salvaged, keptAt, incarnation }: Members) {
  return {
    schema: schemaOf(schema),
    limits: limitsOf(limits),
    salvaged: salvaged === null ? null : reportOf(salvaged),
    keptAt: keptAt === null ? null : keptPlaceOf(keptAt),
    incarnation: incarnationOf(incarnation),
  }
}

function limitsOf(value: unknown): StorageLimits {
  const { recordBytes, keyBytes, keyReason, nameUnits, highestId } = membersOf(value)
  return {
    recordBytes: integerOf(recordBytes, 1),
    keyBytes: integerOf(keyBytes, 1),
    ...(keyReason !== undefined && { keyReason: stringOf(keyReason) }),
    nameUnits: integerOf(nameUnits, 1),
    highestId: integerOf(highestId, 1),
  }
}

function keptPlaceOf(value: unknown): KeptPlace {
  const [directory, name] = listOf(value, stringOf)
  return [stringOf(directory), stringOf(name)]
}

function versionChangeOf(members: Members) {
  const { delivery, request } = members
  return {
    delivery: integerOf(delivery, 1),
    ...versionsOf(members),
    request: request === undefined ? undefined : markOf(request),
  }
}

function oldVersionOf({ oldVersion }: Members): number {
  return integerOf(oldVersion, 0)
}

function versionsOf(members: Members): { oldVersion: number; newVersion: number | null } {
  const newVersion = members['newVersion']
  return {
    oldVersion: oldVersionOf(members),
    newVersion: newVersion === null ? null : integerOf(newVersion, 1),
  }
}

/** The report that `value` is. @throws Malformed for anything else */
export function reportOf(value: unknown): SalvageReport {
  const { quarantine, damage, stores } = membersOf(value)
  return {
    quarantine: stringOf(quarantine),
    damage: stringOf(damage),
    stores: stores === null ? null : listOf(stores, salvagedStoreOf),
  }
}

function salvagedStoreOf(value: unknown): SalvagedStore {
  const { name, saved, lost, hasGap } = membersOf(value)
  return {
    name: stringOf(name),
    saved: integerOf(saved, 0),
    lost: integerOf(lost, 0),
    hasGap: booleanOf(hasGap),
  }
}
