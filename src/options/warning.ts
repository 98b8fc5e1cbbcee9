/** Warnings: from where they arise to the user's `onWarning`, through a worker's channel where there is one. */
import { reportException } from '../events/report-exception.ts'
import {
  exceptionOf,
  type Failure,
  failureOf,
  StorageError,
  type StorageErrorCode,
} from '../errors.ts'
import type { SalvageReport } from '../storage/salvage-report.ts'

/** A warning as plain data. */
export interface WarningData {
  readonly failure: Failure
  /** null: it is no error of storage. */
  readonly code: StorageErrorCode | null
  /** null: nothing was salvaged. */
  readonly report: SalvageReport | null
}

/**
 * Calls `listener` for each warning, outside of what raises it: nothing is half done when it runs, and what it throws is
 * reported like an event listener's exception.
 */
export function outside(listener: (warning: Error) => void): (warning: Error) => void {
  return (warning) => {
    void Promise.resolve()
      .then(() => listener(warning))
      .catch(reportException)
  }
}

/** What crosses a channel for `warning`. */
export function warningDataOf(warning: Error): WarningData {
  const { report = null } = warning as { report?: SalvageReport } // Those of a salvage have it.
  const code = warning instanceof StorageError ? warning.code : null
  return { failure: failureOf(warning), code, report }
}

/** The warning that has crossed a channel. */
export function warningOf({ failure, code, report }: WarningData): Error {
  if (code === null) return exceptionOf(failure)
  const { message, detail } = failure
  const cause = detail === null ? {} : { cause: new Error(detail) }
  return Object.assign(new StorageError(code, message, cause), report && { report })
}
