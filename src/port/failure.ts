/** Failures as the objects that come from another thread. */
import { defineOwn } from '../base/own-property.ts'
import {
  type DOMExceptionName,
  errorCodes,
  type Failure,
  type IDBErrorFacts,
  type IDBOwner,
} from '../errors.ts'
import { demand, integerOf, membersOf, stringOf } from './malformed.ts'

/** The failure that `value` is. @throws Malformed for anything else */
export function failureOfMember(value: unknown): Failure {
  const { name, message, detail, facts } = membersOf(value)
  return {
    // Whatever it is called: script gets an exception of that name.
    name: stringOf(name) as DOMExceptionName,
    message: stringOf(message),
    detail: detail === null ? null : stringOf(detail),
    facts: facts === null ? null : factsOfMember(facts),
  }
}

/** Which type each fact must have. Script gets what these return, and nothing else that came with it. */
const checks: Readonly<Record<keyof IDBErrorFacts, (value: unknown) => unknown>> = {
  code: codeOf,
  path: stringOf,
  database: stringOf,
  owner: (value) => (value === null ? null : ownerOf(value)),
  systemCode: stringOf,
  sqliteCode: countOf,
  limit: countOf,
  size: countOf,
  option: stringOf,
  format: countOf,
  supportedFormat: countOf,
}

function factsOfMember(value: unknown): IDBErrorFacts {
  const members = membersOf(value)
  const facts = { code: codeOf(members['code']) }
  for (const [name, check] of Object.entries(checks)) {
    if (members[name] !== undefined) defineOwn(facts, name, check(members[name]))
  }
  return facts
}

function codeOf(value: unknown): IDBErrorFacts['code'] {
  const code = errorCodes.find((known) => known === value)
  demand(code !== undefined, 'has an unknown error code')
  return code
}

function ownerOf(value: unknown): IDBOwner {
  const { pid, thread, host, since } = membersOf(value)
  return {
    pid: countOf(pid),
    thread: countOf(thread),
    host: stringOf(host),
    since: stringOf(since),
  }
}

function countOf(value: unknown): number {
  return integerOf(value, 0)
}
