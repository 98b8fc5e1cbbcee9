/** Warnings, on their way to the user's `onWarning`, through a worker's channel if there is one. */
import { defineOwn } from '../base/own-property.ts'
import { reportException } from '../events/report-exception.ts'
import { exceptionOf, type Failure, failureOf, type FailurePlace } from '../errors.ts'
import type { SalvageReport } from '../storage/salvage-report.ts'

/** A warning as plain data. */
export interface WarningData {
  readonly failure: Failure
  /** null: nothing was salvaged. */
  readonly report: SalvageReport | null
}

/**
 * Calls `listener` for each warning in a microtask of its own: nothing is half done when it runs, and an exception that it
 * throws is reported like an event listener's.
 */
export function outside(listener: (warning: Error) => void): (warning: Error) => void {
  return (warning) => {
    void Promise.resolve()
      .then(() => listener(warning))
      .catch(reportException)
  }
}

/** The data of a warning that storage has raised. */
export function warningDataOf(error: Error, place: FailurePlace = {}): WarningData {
  const { report = null } = error as { report?: SalvageReport } // Those of a salvage have it.
  return { failure: failureOf(error, place), report }
}

/** The warning as the user gets it. */
export function warningOf({ failure, report }: WarningData): Error {
  const warning = exceptionOf(failure)
  if (report) defineOwn(warning, 'report', report)
  return warning
}
