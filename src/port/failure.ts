/** Failures as the objects that come from another thread. */
import { codeOf, factNames, factOf } from '../base/error-facts.ts'
import { defineOwn } from '../base/own-property.ts'
import {
  type DOMExceptionName,
  exceptionNameOf,
  type Failure,
  type IDBErrorFacts,
} from '../errors.ts'
import { demand, membersOf, stringOf } from './malformed.ts'

/** The failure that `value` is. @throws Malformed for anything else */
export function failureOfMember(value: unknown): Failure {
  const { name, message, detail, facts } = membersOf(value)
  return {
    name: nameOfMember(name),
    message: stringOf(message),
    detail: detail === null ? null : stringOf(detail),
    facts: facts === null ? null : factsOfMember(facts),
  }
}

/** Script gets an exception of that name. */
function nameOfMember(value: unknown): DOMExceptionName {
  const name = exceptionNameOf(value)
  demand(name !== undefined, 'has an unknown exception name')
  return name
}

/** Script gets these, and nothing else that came with them. */
function factsOfMember(value: unknown): IDBErrorFacts {
  const members = membersOf(value)
  const code = codeOf(members['code'])
  demand(code !== undefined, 'has an unknown error code')
  const facts = { code }
  for (const name of factNames) {
    if (members[name] === undefined) continue
    const fact = factOf(name, members[name])
    demand(fact !== undefined, `has something else where the fact "${name}" belongs`)
    defineOwn(facts, name, fact)
  }
  return facts
}
