import { corrupt } from '../corrupt.ts'
import { errorKinds } from '../format.ts'
import { defineHidden } from '../../base/own-property.ts'
import { hasOwn } from '../platform-objects/intrinsics.ts'
import { absent, type Reading, type ReadState } from './read-state.ts'
import { readOptionalString } from './read-items.ts'

/** At the position of its kind byte: taken when the module loads. */
const constructors = errorKinds.map((kind) => globalThis[kind])

/** SpiderMonkey: nothing can be deleted. */
const isStackInherited = hasOwn(Error.prototype, 'stack')

/** What some engines give an error in addition to its stack, about the place where it is made; here that would be this file. */
const placeNames = Object.getOwnPropertyNames(new Error()).filter((name) => name !== 'stack')

/** Reads an error. Its stack is the stored one, or none. */
export function* readError(state: ReadState): Reading {
  const { reader } = state
  const constructor = constructors[reader.byte()]
  if (constructor === undefined) throw corrupt('an unknown kind of error')
  const error = state.add(new constructor())
  for (const name of placeNames) delete (error as unknown as Record<string, unknown>)[name]
  const message = readOptionalString(reader)
  if (message !== undefined) defineHidden(error, 'message', message)
  setStack(error, readOptionalString(reader))
  const cause: unknown = yield
  if (cause !== absent) defineHidden(error, 'cause', cause)
  return error
}

/** Gives an error that was just made the stack of the one it is a clone of, in place of its own. */
export function setStack(error: object, stack: string | undefined): void {
  if (stack !== undefined || isStackInherited) defineHidden(error, 'stack', stack)
  else if (hasOwn(error, 'stack')) delete (error as { stack?: unknown }).stack
}
