/** The records the benchmark stores: objects of about 100 bytes as JSON. */

/** A record; `id` is its key. */
export interface BenchRecord {
  readonly id: number
  readonly name: string
  readonly n: number
  readonly date: Date
  readonly tags: readonly string[]
}

const tags = ['alpha', 'beta', 'gamma', 'delta', 'epsilon']

/** The record of that id. */
export function recordOf(id: number): BenchRecord {
  return {
    id,
    name: `record number ${id}`,
    n: scatter(id),
    date: new Date(1_700_000_000_000 + id * 1000),
    tags: [tags[id % 5] as string, tags[(id * 3 + 1) % 5] as string], // The list has five.
  }
}

/** Records `from` … `from + count - 1`. */
export function recordsOf(count: number, from = 0): BenchRecord[] {
  return Array.from({ length: count }, (_, i) => recordOf(from + i))
}

/** A number as good as random, the same in each run. */
export function scatter(id: number): number {
  return Math.imul(id + 1, 0x9e37_79b1) >>> 0
}

/** All ids below `count`, in scattered order. */
export function scatteredIds(count: number): number[] {
  return Array.from({ length: count }, (_, id) => id).sort((a, b) => scatter(a) - scatter(b))
}
