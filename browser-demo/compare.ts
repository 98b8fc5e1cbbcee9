/** Two snapshots, entry by entry. */
import { type Aspect, type Snapshot, aspects } from './snapshot.ts'

/** An entry that is not the same; null: missing on that side. */
export interface Difference {
  readonly where: string
  readonly native: string | null
  readonly ours: string | null
}

/** The comparison of one aspect. */
export interface Comparison {
  readonly aspect: Aspect
  /** How many entries were compared: those of either side. */
  readonly count: number
  readonly differences: readonly Difference[]
}

/** Compares every aspect. */
export function compareSnapshots(native: Snapshot, ours: Snapshot): Comparison[] {
  return aspects.map((aspect) => {
    const places = new Set([...native[aspect].keys(), ...ours[aspect].keys()])
    const differences = [...places].flatMap((where) => {
      const [one, other] = [native[aspect].get(where) ?? null, ours[aspect].get(where) ?? null]
      return one === other ? [] : [{ where, native: one, ours: other }]
    })
    return { aspect, count: places.size, differences }
  })
}
