import type { Problem } from 'idb-everywhere/maintenance'
import { paint } from '../../terminal/colors.ts'
import { plainText, shortened, shownName } from '../../terminal/plain-text.ts'
import { inLines } from '../../terminal/width.ts'

/** SQLite tells of up to a hundred pages in one message. */
const mostOfMessage = 300

/** Whether data is lost or wrong: a type that this runtime lacks is sound where it was written. */
export function isDamage({ kind }: Pick<Problem, 'kind'>): boolean {
  return kind !== 'unavailable-type'
}

/** A line for each problem; `--json` has the whole of each. */
export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map((it) => {
    const mark = isDamage(it) ? paint('red', '✗') : paint('yellow', '!')
    return `  ${mark} ${inLines(plainText(shortened(it.message, mostOfMessage)), 4)}`
  })
}

/** What a database is called, or its file where that is not known. */
export function nameOf({
  name,
  file,
}: {
  readonly name: string | null
  readonly file: string
}): string {
  return name === null ? `file ${file}` : shownName(name)
}
