/** What there is, where something was asked for by a name that does not exist. */
import type { IDBErrorFacts } from '../base/error-cause.ts'

/** How many names a message lists, and the facts have. */
const longestList = 20

/** The end of a message: the name that was perhaps meant, and those there are. */
export function namesThereAre(wanted: string, names: readonly string[]): string {
  const nearest = nearestName(wanted, names)
  const meant = nearest === undefined ? '' : `; did you mean "${nearest}"?`
  return `${meant}${meant ? ' There' : '; there'} ${listOf(names)}`
}

/** The same as data. */
export function factsOfNames(
  wanted: string,
  names: readonly string[],
): Pick<IDBErrorFacts, 'names' | 'nearest'> {
  const nearest = nearestName(wanted, names)
  const known = { names: names.slice(0, longestList) }
  return nearest === undefined ? known : { ...known, nearest }
}

function listOf(names: readonly string[]): string {
  if (names.length === 0) return 'are none'
  const listed = quoted(names.slice(0, longestList))
  const rest = names.length - longestList
  return `${names.length === 1 ? 'is' : 'are'} ${listed}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** Names in a message. */
function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

/** The one that differs in a third of its letters at most, case aside; undefined where none is so near. */
function nearestName(wanted: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined
  let least = Math.min(4, Math.max(1, Math.floor(wanted.length / 3))) + 1
  for (const name of names.slice(0, 1000)) {
    if (Math.abs(name.length - wanted.length) >= least) continue
    const distance = distanceOf(wanted.toLowerCase(), name.toLowerCase())
    if (distance < least) [nearest, least] = [name, distance]
  }
  return nearest
}

/** How many letters have to be changed, added or left out (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1)
    }
    row = next
  }
  return row[b.length] ?? 0
}
