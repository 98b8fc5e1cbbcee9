/** The names under which statements are prepared. */
import type { Statement } from '../wire/statement.ts'

/** Each is prepared under its own name. */
export function named<Name extends string>(
  texts: Readonly<Record<Name, string>>,
): Readonly<Record<Name, Statement>> {
  const statements = Object.entries<string>(texts).map(([name, text]) => [
    name,
    { name: `idb_${name}`, text },
  ])
  return Object.fromEntries(statements) as Record<Name, Statement> // The same names.
}
