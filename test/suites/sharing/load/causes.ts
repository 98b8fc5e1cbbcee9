/** What an error of the package says about itself. */
import type { IDBErrorCause } from '../../../../src/index.ts'

/** The cause of an error that has a code; null for others. */
export function causeOf(error: unknown): IDBErrorCause | null {
  if (!(error instanceof Error || error instanceof DOMException)) return null
  const { cause } = error as { cause?: unknown }
  return cause instanceof Object && 'code' in cause ? (cause as IDBErrorCause) : null
}
