/**
 * What can be said of a value that was thrown. A user's VFS may throw anything: an object without a text, a getter that throws, a
 * proxy that was revoked. Nothing here throws.
 */

/** The member of any value; undefined also where it cannot be read. */
export function memberOf(value: unknown, name: string): unknown {
  try {
    return Object(value)[name]
  } catch {
    // Its getter throws, or it is a revoked proxy.
    return undefined
  }
}

/** Whether `value instanceof type`; false also where it does not let itself be asked. */
export function isA<Instance>(
  value: unknown,
  type: abstract new (...args: never[]) => Instance,
): value is Instance {
  try {
    return value instanceof type
  } catch {
    return false
  }
}

/** The message of an error of whichever realm, or what else was thrown, as text; null where there is nothing. */
export function reasonOf(thrown: unknown): string | null {
  if (thrown === undefined || thrown === null) return null
  const message = memberOf(thrown, 'message')
  if (typeof message === 'string') return message
  try {
    return String(thrown)
  } catch {
    return 'something that has no text was thrown'
  }
}
