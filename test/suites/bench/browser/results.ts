/** What the benchmark in browsers has measured. */
import type { Row } from '../warm/cases.ts'
import { goalOf } from '../report/table.ts'
import type { Place } from './page.ts'

/** A case that did not end, or ended wrongly. */
export interface FailedCase {
  readonly name: string
  readonly reason: string
}

/** One place of one store. */
export interface PlaceResult {
  readonly rows: readonly Row[]
  readonly failed: readonly FailedCase[]
}

/** One of the browsers' own stores, and what is measured beside it. */
export interface StoreResult {
  /** The browser's name and version. */
  readonly browser: string
  readonly places: Partial<Record<Place, PlaceResult>>
}

/** By the store's name. */
export type BrowserResults = Readonly<Record<string, StoreResult>>

/** How the goals fared, as one line. */
export function countOf({ rows, failed }: PlaceResult): string {
  const aims = rows.flatMap(withinGoal)
  const within = aims.filter(Boolean).length
  return `${within} rows within their goal, ${aims.length - within} missed, ${failed.length} failed`
}

/** One answer, or none where the row has no goal. */
function withinGoal(row: Row): boolean[] {
  return row.measurements.flatMap((measurement) => {
    const goal = goalOf(row, measurement, false)
    return goal === null || measurement.ratio === null ? [] : [measurement.ratio <= goal]
  })
}
