/** What a doctor finds, and in what. */
import type { DirectoryFacts } from '../../files/directory-facts.ts'
import type { DirectoryStatus } from '../../membership/directory-status.ts'
import type { ExaminedDatabase, Leftover } from './examine-files.ts'

/** `error`: programs cannot use the directory, or a database. `warning`: something may go wrong, or went. `note`: worth knowing. */
export type FindingLevel = 'error' | 'warning' | 'note'

/** One thing found. */
export interface Finding {
  readonly level: FindingLevel
  /** A stable name for it, for programs. */
  readonly code: string
  /** What there is. */
  readonly message: string
  /** What to do about it. */
  readonly advice: string
}

/** What is looked at. */
export interface Examined {
  readonly facts: DirectoryFacts
  readonly status: DirectoryStatus | null
  /** Why there is no status, in words; null: there is one, or no directory. */
  readonly failure: string | null
  readonly databases: readonly ExaminedDatabase[]
  readonly leftovers: readonly Leftover[]
}
