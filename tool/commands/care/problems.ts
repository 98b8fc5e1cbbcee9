import type { Problem } from 'idb-everywhere/maintenance'
import { paint } from '../../terminal/colors.ts'
import { plainText } from '../../terminal/plain-text.ts'

/** A line for each problem. */
export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map((it) => {
    const mark = it.kind === 'unavailable-type' ? paint('yellow', '!') : paint('red', '✗')
    return `  ${mark} ${plainText(it.message)}`
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
  return plainText(name ?? `file ${file}`)
}
