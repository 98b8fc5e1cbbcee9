/** The name that differs in a third of its letters at most, case aside: perhaps the one that was meant. undefined: none is so near. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1
  let nearest: string | undefined
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) >= least) continue
    const distance = distanceOf(wanted.toLowerCase(), name.toLowerCase())
    if (distance < least) [nearest, least] = [name, distance]
  }
  return nearest
}

/** How many letters have to be changed, added or left out (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [line, letter] of Array.from({ length: a.length }, (_, at) => a[at]).entries()) {
    row = row.reduce<number[]>((next, above, column) => {
      if (column === 0) return [line + 1]
      const diagonal = row[column - 1] ?? 0
      const changed = b[column - 1] === letter ? diagonal : diagonal + 1
      return [...next, Math.min(changed, above + 1, (next.at(-1) ?? 0) + 1)]
    }, [])
  }
  return row.at(-1) ?? 0
}
