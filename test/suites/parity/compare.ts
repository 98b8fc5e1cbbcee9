/** Compares traces of one program. */
import { type KnownDifference, knownDifferences } from './known-differences.ts'
import type { Trace } from './program/program.ts'

/** A difference as text, or how many known ones there are when nothing else differs. */
export interface Comparison {
  readonly difference: string | null
  readonly known: readonly string[]
}

/** What differs between two implementations, whatever the reason; null when nothing does. */
export function differenceOf(one: Trace, other: Trace): string | null {
  return compare(one, other, []).difference
}

/** What differs between a native implementation and ours. */
export function compareWithNative(native: Trace, ours: Trace): Comparison {
  return compare(native, ours, knownDifferences)
}

function compare(one: Trace, other: Trace, allowed: readonly KnownDifference[]): Comparison {
  const names = [...new Set([...Object.keys(one.streams), ...Object.keys(other.streams)])].sort()
  const known: string[] = []
  for (const name of names) {
    const lines = one.streams[name] ?? []
    const otherLines = other.streams[name] ?? []
    const length = Math.max(lines.length, otherLines.length)
    for (let at = 0; at < length; at++) {
      if (lines[at] === otherLines[at]) continue
      const reason = explanationOf(lines, otherLines, at, allowed)
      if (!reason) return { difference: `${name}\n${show(lines, otherLines, at)}`, known }
      known.push(reason.title)
    }
  }
  return { difference: null, known }
}

function explanationOf(
  lines: readonly string[],
  otherLines: readonly string[],
  at: number,
  allowed: readonly KnownDifference[],
): KnownDifference | undefined {
  const [native, ours] = [lines[at], otherLines[at]]
  if (native === undefined || ours === undefined) return undefined
  return allowed.find((it) => it.explains(native, ours, lines.slice(0, at)))
}

/** How many lines that agree are shown before the first that does not. */
const contextLines = 3

function show(one: readonly string[], other: readonly string[], at: number): string {
  const context = one.slice(Math.max(0, at - contextLines), at).map((line) => `    ${line}`)
  return [...context, `  1 ${one[at] ?? '(nothing)'}`, `  2 ${other[at] ?? '(nothing)'}`].join('\n')
}
