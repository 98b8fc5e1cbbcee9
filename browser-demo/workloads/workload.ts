import type { Session } from '../session.ts'

/** A script over plain IndexedDB, the same for every engine. */
export interface Workload {
  /** Also the name of its database, after a prefix. */
  readonly id: string
  readonly title: string
  /** What there is to see, in a sentence or two. */
  readonly lesson: string
  /** Whether it does more when it is given more records. */
  readonly scales: boolean
  run(session: Session): Promise<void>
}
