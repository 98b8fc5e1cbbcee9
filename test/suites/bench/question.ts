/** What a question is, and how one that consists of cases is answered on every IndexedDB there is here. */
import { type Case, type Row, runCases } from './warm/cases.ts'
import { type Loaders, type Places, baseline, loadImplementations } from './warm/implementations.ts'

/** What a question answers. */
export interface Answer {
  readonly rows: readonly Row[]
  /** Contender → why it could not take part. */
  readonly missing: Readonly<Record<string, string>>
  /** What is no row: single figures, as sentences. */
  readonly notes?: readonly string[]
}

/** Each file of `questions/` exports one as `ask`, or else its `cases`. */
export type Ask = (places: Places, options: AskOptions) => Promise<Answer>

export interface AskOptions {
  /** Only cases whose name contains this. */
  readonly filter: string
  /** Overrides every case's own. */
  readonly rounds: number | null
  /** Whether sizes that take minutes are wanted too. */
  readonly isLong: boolean
  /** Whether only cases are, on disk and at the peer they are compared with, without rounds for gaps. */
  readonly isShort: boolean
}

/** The `ask` of a question that consists of such cases. */
export function askCases(cases: readonly Case[]): Ask {
  return async (places, options) => {
    const names: readonly Loaders[] | null = options.isShort ? ['disk', baseline] : null
    const { available: implementations, missing } = await loadImplementations(places, names)
    const goalsOf = ({ goal }: Case) => (goal ? [{ contender: 'disk', ...goal }] : [])
    const rows = await runCases(cases, { implementations, baseline, goalsOf }, options)
    for (const { close } of implementations) await close()
    return { rows, missing: Object.fromEntries(missing) }
  }
}
