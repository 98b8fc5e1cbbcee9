import { cursors } from './cursors.ts'
import { errors } from './errors.ts'
import { fill } from './fill.ts'
import { queries } from './queries.ts'
import { read } from './read.ts'
import { smallTransactions } from './small-transactions.ts'
import { values } from './values.ts'
import { versions } from './versions.ts'
import type { Workload } from './workload.ts'

/** Every workload, in the order the page offers them. */
export const workloads: readonly Workload[] = [
  fill,
  smallTransactions,
  read,
  cursors,
  queries,
  errors,
  values,
  versions,
]

/** How many records a workload that scales may be given. */
export const sizes = [100, 1_000, 10_000] as const
