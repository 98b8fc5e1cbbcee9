/** Waiting for what comes of itself. */
import { vi } from 'vitest'

/** Against hangs only: a machine that is busy with other things is no failure. */
const longestMs = 120_000

/** Resolves once the assertion holds, and rejects with its last error if it never does. */
export function eventually(assertion: () => unknown): Promise<unknown> {
  return vi.waitFor(assertion, { timeout: longestMs, interval: 5 })
}
