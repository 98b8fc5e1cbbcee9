/** The table of docs/errors.md. */
import { readFileSync } from 'node:fs'

/** Its rows, each as its cells; the first and the last are empty. */
export const errorRows: readonly (readonly string[])[] = readFileSync(
  new URL('../../docs/errors.md', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line.startsWith('| `ERR_IDB_'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

/** Code → the facts that its row names. What is in parentheses explains one; what follows a semicolon is no fact of the cause. */
export function documentedFacts(): ReadonlyMap<string, readonly string[]> {
  const named = (cell = ''): string[] =>
    [...cell.replaceAll(/\(.*?\)|;.*$/g, '').matchAll(/`(\w+)`/g)].map(([, name]) => name ?? '')
  return new Map(errorRows.map(([, code, , , facts]) => [named(code)[0] ?? '', named(facts)]))
}
