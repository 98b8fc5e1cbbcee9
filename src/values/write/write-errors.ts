import { errorKinds, Tag } from '../format.ts'
import { getOwnPropertyDescriptor, getterOf, isOfValue } from '../platform-objects/intrinsics.ts'
import { absent, type Children, type WriteState } from './write-state.ts'
import { writeOptionalString } from './write-items.ts'

/** Where `stack` is not an own data property: the getter that gives it, of every error (V8) or inherited (SpiderMonkey). */
const ownStackGetter = getterOf<unknown>(new Error(), 'stack')
const inheritedStackGetter = getterOf<unknown>(Error.prototype, 'stack')

/**
 * Writes an error: its kind by `name`, its own message, its stack and its cause; nothing else of it survives (an
 * AggregateError becomes an Error without its errors).
 * https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeinternal
 */
export function* writeError({ out }: WriteState, error: object): Children {
  const kind = kindOf(error)
  const message = messageOf(error)
  out.byte(Tag.error)
  out.byte(kind)
  writeOptionalString(out, message)
  writeOptionalString(out, stackOf(error))
  const cause = getOwnPropertyDescriptor(error, 'cause')
  yield isOfValue(cause) ? cause.value : absent
}

/** The stack as a string, if there is one; no getter of script runs. */
export function stackOf(error: object): string | undefined {
  const own = getOwnPropertyDescriptor(error, 'stack')
  const stack: unknown = isOfValue(own) ? own.value : stackByGetter(error, Boolean(own))
  return typeof stack === 'string' ? stack : undefined
}

/** V8's getter would give the stack of an error that has lost the property, too: it is asked only where the property is. */
function stackByGetter(error: object, isOwn: boolean): unknown {
  try {
    return (isOwn ? (ownStackGetter ?? inheritedStackGetter) : inheritedStackGetter)?.(error)
  } catch (thrown) {
    // Some runtimes' getter refuses objects that are not their own kind of error: those have no stack.
    if (thrown instanceof TypeError) return undefined
    throw thrown
  }
}

function kindOf(error: object): number {
  const { name } = error as { name?: unknown } // every object can be asked for its name
  return Math.max(0, (errorKinds as readonly unknown[]).indexOf(name))
}

function messageOf(error: object): string | undefined {
  const own = getOwnPropertyDescriptor(error, 'message')
  if (!isOfValue(own)) return undefined
  const message: unknown = own.value
  if (typeof message === 'string') return message
  // The standard's ToString: a template, unlike String(), throws for symbols.
  return `${message as string}`
}
