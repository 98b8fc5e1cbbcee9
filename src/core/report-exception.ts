/** What a listener throws reaches the realm's own reporting, never our callers. */

/** Captured at load, like all that fake timers may replace. */
const {
  reportError,
  // Jest keeps it, though not Node's modules, from the pages it simulates, which lack the first, too.
  setImmediate = globalThis.process?.getBuiltinModule?.('node:timers').setImmediate,
} = globalThis as {
  reportError?: (error: unknown) => void
  setImmediate?: (callback: () => void) => void
}

/**
 * https://html.spec.whatwg.org/#report-the-exception; where the platform cannot, the exception is thrown in a turn of its own, so
 * that it is an uncaught exception like any other.
 */
export function reportException(error: unknown): void {
  if (reportError) return reportError(error)
  setImmediate?.(() => {
    throw error
  })
}
