/** DataCloneError: what cannot be stored, and where in the value it lies. */
import { domException, exceptionOf } from '../../errors.ts'
import { pathTo } from './path-to.ts'

/** A refusal on its way out of the value: where the thing lies is only looked for then. */
interface Refusal {
  readonly thing: unknown
  readonly message: string
  /** What it is, in words. */
  readonly found: string
}

/** What it is, in words → what to do about it. */
const remedies: Readonly<Record<string, string>> = {
  'a Proxy': 'store what it wraps, such as toRaw(state) in Vue',
  'a Promise object': 'await it first, and store what it gives',
}

const leaveOut = 'leave it out, or store what it can be made from'

const refusals = new WeakMap<object, Refusal>()

/** The exception for a thing that cannot be stored. `what`: `A function`, say; `more`: what else is known of it. */
export function refused(thing: unknown, what: string, more = ''): DOMException {
  const message = `${what} cannot be stored${more}`
  const found = what.charAt(0).toLowerCase() + what.slice(1)
  const exception = domException('DataCloneError', message, { code: 'ERR_IDB_UNCLONABLE', found })
  refusals.set(exception, { thing, message, found })
  return exception
}

/** What to throw for what was thrown while `root` was written: one of these refusals says where. Never throws. */
export function located(error: unknown, root: unknown): unknown {
  const refusal = typeof error === 'object' && error !== null ? refusals.get(error) : undefined
  if (!refusal) return error
  const { thing, message, found } = refusal
  const valuePath = pathTo(root, thing)
  // It was thrown for another value, by a getter of this one; or a getter has made it.
  if (valuePath === null) return error
  return exceptionOf({
    name: 'DataCloneError',
    message: `${message}, at ${valuePath}; ${remedies[found] ?? leaveOut}`,
    detail: null,
    facts: { code: 'ERR_IDB_UNCLONABLE', valuePath, found },
  })
}
