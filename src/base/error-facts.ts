/** Which values the facts of a failure may have: the same where they are made and where they arrive from another thread. */
import {
  blockerHolders,
  errorCodes,
  type IDBBlocker,
  type IDBErrorCode,
  type IDBErrorFacts,
  type IDBOwner,
} from './error-cause.ts'
import { bareCopy, defineOwn } from './own-property.ts'
import { memberOf } from './thrown.ts'

/** Fact → its value, copied; undefined for what it cannot be. */
const readers: { readonly [Name in keyof IDBErrorFacts]-?: (value: unknown) => unknown } = {
  code: codeOf,
  path: textOf,
  database: textOf,
  file: textOf,
  owner: (value) => (value === null ? null : (ownerOf(value) ?? undefined)),
  systemCode: textOf,
  sqliteCode: countOf,
  limit: countOf,
  size: countOf,
  option: textOf,
  format: countOf,
  supportedFormat: countOf,
  store: textOf,
  index: textOf,
  key: textOf,
  primaryKey: textOf,
  keyPath: textOf,
  valuePath: textOf,
  found: textOf,
  names: namesOf,
  nearest: textOf,
  version: countOf,
  requestedVersion: countOf,
  stores: namesOf,
  created: textOf,
  lastRequest: textOf,
  opened: namesOf,
  blockers: blockersOf,
  used: textOf,
}

/** The names of all facts. */
export const factNames = Object.keys(readers) as readonly (keyof IDBErrorFacts)[]

/** The fact of that name as `value` has it, without what else came with it; undefined for what it cannot be. Never throws. */
export function factOf(name: keyof IDBErrorFacts, value: unknown): unknown {
  return readers[name](value)
}

/**
 * The facts among these that are what they should be. They may come from outside (a VFS, a file): one that is not would end the
 * connection of each client that it is sent to. An owner that cannot be read is null.
 */
export function soundFacts(facts: IDBErrorFacts): IDBErrorFacts {
  const own = bareCopy(facts)
  const sound = { code: own.code }
  for (const name of factNames) {
    const value = own[name]
    if (value === undefined) continue
    const fact = factOf(name, value)
    if (fact !== undefined) defineOwn(sound, name, fact)
    else if (name === 'owner') defineOwn(sound, name, null)
  }
  return sound
}

/** The code that `value` is; undefined for anything else. */
export function codeOf(value: unknown): IDBErrorCode | undefined {
  return errorCodes.find((known) => known === value)
}

/** The owner as others are told of it, without what else is known; null unless it is well-formed. */
export function ownerOf(value: unknown): IDBOwner | null {
  const [pid, thread] = [countOf(memberOf(value, 'pid')), countOf(memberOf(value, 'thread'))]
  const [host, since] = [textOf(memberOf(value, 'host')), textOf(memberOf(value, 'since'))]
  const isKnown = pid !== undefined && thread !== undefined
  if (!isKnown || host === undefined || since === undefined) return null
  return { pid, thread, host, since }
}

function blockersOf(value: unknown): readonly IDBBlocker[] | undefined {
  const blockers = Array.isArray(value) ? Array.from(value, blockerOf) : [null]
  return blockers.includes(null) ? undefined : blockers.filter((it) => it !== null)
}

/** null unless it is well-formed. */
function blockerOf(value: unknown): IDBBlocker | null {
  const holder = blockerHolders.find((it) => it === memberOf(value, 'holder'))
  const [pid, thread] = [memberOf(value, 'pid'), memberOf(value, 'thread')].map(countOrNull)
  const connections = countOf(memberOf(value, 'connections'))
  const [id, opened] = [memberOf(value, 'id'), namesOf(memberOf(value, 'opened'))]
  const isPlaced = pid !== undefined && thread !== undefined
  if (!holder || !isPlaced || connections === undefined || !opened) return null
  const held = { connections, opened }
  return { holder, id: textOf(id) ?? null, pid, thread, ...clientOf(value), ...held }
}

/** What is known of a client of a server; nothing for any other. */
function clientOf(value: unknown): Pick<IDBBlocker, 'application' | 'address'> {
  const [application, address] = [memberOf(value, 'application'), memberOf(value, 'address')]
  if (application === undefined) return {}
  return { application: textOf(application) ?? null, address: textOf(address) ?? null }
}

function countOrNull(value: unknown): number | null | undefined {
  return value === null ? null : countOf(value)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function namesOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.some((name) => typeof name !== 'string')) return undefined
  return Array.from(value as string[])
}

function countOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined
}
