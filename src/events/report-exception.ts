/** What a listener throws reaches the realm's own reporting, never our callers. */

import { queueUncaught } from '../base/node-callbacks.ts'

/** Captured at load. The pages that Jest simulates lack it, too. */
const { reportError } = globalThis as { reportError?: (error: unknown) => void }

/**
 * https://html.spec.whatwg.org/#report-the-exception; where the platform cannot, the exception is thrown in a tick of its
 * own, so that it is an uncaught exception like any other. It comes before the events of what it aborts: where the program ends
 * at the first error that no one handles, that has to be the cause, not the AbortError it leads to.
 */
export function reportException(error: unknown): void {
  if (reportError) return reportError(error)
  queueUncaught(() => {
    throw error
  })
}
