/** What a listener throws reaches the realm's own reporting, never our callers. */

import { queueImmediate } from '../node-callbacks.ts'

/** Captured at load. The pages that Jest simulates lack it, too. */
const { reportError } = globalThis as { reportError?: (error: unknown) => void }

/**
 * https://html.spec.whatwg.org/#report-the-exception; where the platform cannot, the exception is thrown in a turn of its own, so
 * that it is an uncaught exception like any other.
 */
export function reportException(error: unknown): void {
  if (reportError) return reportError(error)
  queueImmediate?.(() => {
    throw error
  })
}
